import { part } from '../../util/lazy.ts';

/** Shows answers to plugins, and lets a schema, a plugin or `accept` reject them. */
export const reviewPart = part('the review of answers', async () => (await import('./judge.ts')).judge);
