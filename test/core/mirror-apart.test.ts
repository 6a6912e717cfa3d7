import fc from 'fast-check';
import type { RouterEvent } from 'signalbox';
import type { Script } from 'signalbox/testing';
import { describe, expect, it } from 'vitest';
import { outcome, read, textOf, world } from '../support/requests.ts';

const scripts: fc.Arbitrary<Script[]> = fc.array(
  fc.oneof(
    fc.record({
      text: fc.constantFrom('an answer', 'one more answer'),
      delay: fc.nat(3_000),
      gap: fc.nat(500),
    }),
    fc.record({ text: fc.constant('never seen whole'), after: fc.nat(2), cut: fc.constant(true) }),
    fc.record({ text: fc.constant('never seen whole'), after: fc.nat(2), hang: fc.constant(true) }),
    fc
      .constantFrom('rate-limit', 'overloaded', 'network', 'auth', 'bad-request', 'truncated')
      .map((kind) => ({ error: { kind, retryAfter: 500 } }) as const),
  ),
  { minLength: 1, maxLength: 5 },
);
const requests = fc.array(
  fc.record({
    at: fc.nat(3_000),
    stream: fc.boolean(),
    abortAt: fc.option(fc.nat(4_000), { nil: undefined }),
  }),
  { minLength: 1, maxLength: 8 },
);

/** What happens, with and without copies: chance is the same for both, and says yes to one of two copies. */
async function play(
  own: readonly Script[],
  other: readonly Script[],
  copies: readonly Script[],
  asked: readonly { at: number; stream: boolean; abortAt: number | undefined }[],
  ratio: number,
) {
  const { router, clock, events, providers } = world(
    { a: own, b: copies, c: other },
    {
      routes: { default: { targets: ['a', 'c'] } },
      mirror: { target: 'b', ratio, maxInFlight: 3 },
      timeout: { request: 20_000, attempt: 8_000, firstToken: 2_000, idle: 1_000 },
      interrupted: 'restart',
      random: () => 0.4,
    },
  );
  const outcomes: unknown[] = [];
  for (const [index, { at, stream, abortAt }] of asked.entries()) {
    const abort = new AbortController();
    if (abortAt !== undefined) clock.after(abortAt, () => abort.abort('left'));
    const send = async (): Promise<void> => {
      const options = { signal: abort.signal };
      const answer = stream
        ? router.stream({ prompt: '?' }, options).then(read).then(textOf)
        : router.chat({ prompt: '?' }, options).then(({ text }) => text);
      const settled = await outcome(answer);
      outcomes[index] = 'value' in settled ? settled.value : String(settled.error);
    };
    clock.after(at, () => void send());
  }
  await clock.advance(60_000);
  const isOfB = (event: RouterEvent) => 'target' in event && event.target === 'b';
  return {
    outcomes,
    events: events.filter((event) => !isOfB(event) && !('mirror' in event)),
    ofCopies: events.filter((event) => 'mirror' in event),
    left: [clock.timers, ...Object.values(providers).map(({ open }) => open)],
    inFlight: router.stats().map(({ inFlight }) => inFlight),
  };
}

describe('any outcome of requests and copies', () => {
  it('the requests fare as if there were none, each copy has one end, and nothing is left', async () => {
    await fc.assert(
      fc.asyncProperty(scripts, scripts, scripts, requests, async (own, other, copies, asked) => {
        const without = await play(own, other, copies, asked, 0);
        const { outcomes, events, ofCopies, left, inFlight } = await play(own, other, copies, asked, 0.5);
        expect(outcomes).toEqual(without.outcomes);
        expect(events).toEqual(without.events);
        expect(without.ofCopies).toEqual([]);
        const ends = ofCopies.filter(({ type }) => type === 'request-end');
        for (const type of ['attempt-start', 'attempt-end'])
          expect(ofCopies.filter((event) => event.type === type)).toHaveLength(ends.length);
        const whose = ends.map((event) => 'requestId' in event && event.requestId);
        expect(new Set(whose).size).toBe(whose.length);
        expect(left).toEqual([0, 0, 0, 0]);
        expect(inFlight).toEqual([0, 0, 0]);
      }),
      { numRuns: 100 },
    );
  });
});
