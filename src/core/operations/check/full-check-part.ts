import { part } from '../../../util/lazy.ts';

/** The check of requests with more than text. */
export const fullCheckPart = part(
  'the check of requests',
  async () => (await import('./full-check.ts')).fullCheck,
);
