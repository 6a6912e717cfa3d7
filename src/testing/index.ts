/**
 * For tests of applications that use signalbox, and for its own: providers that do as they are told, time that stands
 * still until told, and chance that repeats.
 *
 * @module testing
 */
export { type Call, type Script, type ScriptedProvider, scriptedProvider } from './scripted-provider.ts';
export { seededRandom } from './seeded-random.ts';
export { type VirtualClock, virtualClock } from './virtual-clock.ts';
