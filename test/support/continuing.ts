import { type Capabilities, createRouter, type Interrupted, type TargetOptions } from 'signalbox';
import {
  type Script,
  type ScriptedProvider,
  scriptedProvider,
  seededRandom,
  virtualClock,
} from 'signalbox/testing';

export const connectionLost = { kind: 'network', code: 'ECONNRESET', answered: true } as const;

export interface Cast {
  readonly scripts: readonly Script[] | ((call: { readonly messages: readonly unknown[] }) => Script);
  readonly prefill?: Capabilities['prefill'];
}

/** Targets in order; streams that break are to be continued. */
export function continuing(
  cast: Readonly<Record<string, Cast>>,
  interrupted: Interrupted = 'continue-or-restart',
) {
  const clock = virtualClock();
  const providers: Record<string, ScriptedProvider> = {};
  const targets: TargetOptions[] = Object.entries(cast).map(([id, { scripts, prefill }]) => {
    const provider = scriptedProvider(id, scripts as Parameters<typeof scriptedProvider>[1], clock);
    providers[id] = provider;
    return {
      provider,
      model: 'm',
      id,
      price: { input: 1, output: 1 },
      ...(prefill === undefined ? {} : { capabilities: { prefill } }),
    };
  });
  const router = createRouter({ targets, clock, random: seededRandom(1), interrupted });
  return { clock, router, providers };
}

/** A target that breaks after some words. */
export const breaks = (...text: readonly string[]): Cast => ({
  scripts: [{ text: [...text, 'never'], after: text.length, error: connectionLost }],
});

export const goesOn = (...text: readonly string[]): Cast => ({ scripts: [{ text }], prefill: true });
