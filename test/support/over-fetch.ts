import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { afterAll, beforeAll } from 'vitest';

const listener = (): void => {};

/** All requests of the tests around it go over `fetch`, as they do while somebody traces it. */
export function overFetch(): void {
  beforeAll(() => subscribe('undici:request:create', listener));
  afterAll(() => {
    unsubscribe('undici:request:create', listener);
  });
}
