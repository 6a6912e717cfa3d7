/**
 * For tests: providers that follow a script, a virtual clock, and seeded randomness.
 *
 * @module testing
 */
export { type Call, type Script, type ScriptedProvider, scriptedProvider } from './scripted-provider.ts';
export { seededRandom } from './seeded-random.ts';
export { type VirtualClock, virtualClock } from './virtual-clock.ts';
