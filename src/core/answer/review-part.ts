import { part } from '../../util/lazy.ts';

/** What an answer needs that a schema, a plugin or `accept` may reject. */
export const reviewPart = part('the review of answers', async () => (await import('./review.ts')).review);
