import { afterAll, beforeAll } from 'vitest';

const agentKey = Symbol.for('undici.globalDispatcher.1');

/** All requests of the tests around it go over `node:http`, as they do where the undici inside Node cannot be had. */
export function overNodeHTTP(): void {
  let agent: unknown;
  beforeAll(() => {
    new Response(); // makes Node install its agent
    agent = Reflect.get(globalThis, agentKey);
    Reflect.set(globalThis, agentKey, undefined);
  });
  afterAll(() => {
    Reflect.set(globalThis, agentKey, agent);
  });
}
