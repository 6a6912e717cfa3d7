// The heap that the router takes for a request in flight, over a provider that answers when it is let.
import { setTimeout as pause } from 'node:timers/promises';
import { createRouter, type Provider, type ProviderStreamPart } from 'signalbox';
import { liveHeap } from '../client/hold.ts';
import { type Spread, spread } from '../statistics.ts';
import { answer, prompt, system, word } from '../workload.ts';

const inFlight = 1_000;
/**
 * Milliseconds that answers take, far more than it takes to collect the garbage. Otherwise the router, which knows faster answers, would
 * ask other targets as well meanwhile.
 */
const usualTime = 1_000;
const price = { input: 1, output: 2 };
const usage = { inputTokens: 24, outputTokens: 20 };

/** A provider whose answers all wait for one promise, so that it holds next to nothing itself. */
function waiting(until: () => Promise<void>): Provider<'waiting'> {
  return {
    name: 'waiting',
    async chat({ model }) {
      await until();
      return {
        content: [{ type: 'text', text: answer }],
        finishReason: 'stop',
        usage,
        response: { model, headers: {} },
        warnings: [],
        raw: undefined,
      };
    },
    async *stream(): AsyncGenerator<ProviderStreamPart> {
      yield { type: 'text-delta', text: word };
      await until();
      yield { type: 'finish', finishReason: 'stop', usage };
    },
  };
}

/** Kilobytes for each request, round by round. */
export async function heldInFlight(
  rounds: number,
): Promise<{ readonly chat: Spread; readonly stream: Spread }> {
  let answerAll = (): void => {};
  let held = Promise.resolve();
  const provider = waiting(() => held);
  const router = createRouter({
    targets: ['a', 'b', 'c'].map((model) => ({ provider, model, price })),
  });
  const request = { system, prompt };
  const works = {
    chat: () => router.chat(request),
    async stream() {
      for await (const _ of await router.stream(request));
    },
  };
  const measure = async (work: () => Promise<unknown>): Promise<number> => {
    held = new Promise((resolve) => {
      answerAll = resolve;
    });
    const before = await liveHeap();
    const answers = Promise.all(Array.from({ length: inFlight }, work));
    const during = await liveHeap();
    await pause(usualTime);
    answerAll();
    await answers;
    return (during - before) / inFlight / 1_024;
  };
  const taken = { chat: [] as number[], stream: [] as number[] };
  for (let round = -2; round < rounds; round++) {
    for (const kind of ['chat', 'stream'] as const) {
      const size = await measure(works[kind]);
      if (round >= 0) taken[kind].push(size);
    }
  }
  return { chat: spread(taken.chat), stream: spread(taken.stream) };
}
