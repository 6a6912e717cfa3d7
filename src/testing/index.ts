/**
 * For tests: providers that follow a script, a virtual clock, seeded randomness, and the requirements on a store.
 *
 * @module testing
 */
export { type Call, type Script, type ScriptedProvider, scriptedProvider } from './scripted-provider.ts';
export { seededRandom } from './seeded-random.ts';
export { type StoreCase, storeCases } from './stores/store-cases.ts';
export type { StoreUnderTest } from './stores/under-test.ts';
export { type VirtualClock, virtualClock } from './virtual-clock.ts';
