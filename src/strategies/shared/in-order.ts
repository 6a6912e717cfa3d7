import type { Strategy } from '../../types/options/strategy.ts';

/** `priority()` without constraints. In a separate file, so that routers with another strategy do not load constraints. */
export const inOrder: Strategy = {
  name: 'priority',
  rank: (candidates) => candidates,
  first: ([candidate]) => candidate, // takes no further one
};
