import { createRouter, type Router } from 'signalbox';
import { block, type Guard, guardrails, pii, redact, secrets } from 'signalbox/guardrails';
import { scriptedProvider } from 'signalbox/testing';

/** Prose of about ten kilobytes with numbers, names and links, as prompts have it. */
export const prose = Array.from(
  { length: 38 },
  (_, index) =>
    `Paragraph ${index}: on 2026-11-${10 + (index % 18)} the team shipped version 1.${index}.0 of the router to ${40 + index} customers. ` +
    'Most of them noticed nothing, which is the best that can be told of a release. See https://docs.example.com/releases for all of it, or ask the people at the desk. ',
)
  .join('\n')
  .slice(0, 10_240);

/** In pieces of a token or so. */
const inChunks = (text: string): readonly string[] => text.match(/\s?\S{1,6}/g) ?? [];

/** Answers with and without numbers and links, each of which has to be looked at. */
export const answers = {
  numbers: inChunks(prose),
  words: inChunks(prose.replace(/https\S+|[\d.-]{2,}/g, 'some')),
};

/** All built-in guards for personal data and secrets. */
export const all = (): readonly Guard[] => [block(secrets()), redact(pii())];

/** Median milliseconds of processor time of the guards over ten kilobytes. */
export async function overText(runs = 60): Promise<number> {
  const guards = all();
  const times: number[] = [];
  for (let run = 0; run < runs; run++) {
    const start = process.cpuUsage();
    for (const { detector } of guards) await detector?.find(prose);
    times.push(since(start));
  }
  return median(times);
}

/** Microseconds of processor time per chunk that the guards add to a stream: the difference of the faster runs, which other work on the machine disturbs least. */
export async function perChunk(chunks: readonly string[], runs = 300): Promise<number> {
  const plain = routerWith([], chunks);
  const guarded = routerWith(all(), chunks);
  const times: Record<'plain' | 'guarded', number[]> = { plain: [], guarded: [] };
  for (let run = 0; run < runs; run++) {
    times.guarded.push(await timed(guarded));
    times.plain.push(await timed(plain));
  }
  return ((lowerFifth(times.guarded) - lowerFifth(times.plain)) * 1_000) / chunks.length;
}

function lowerFifth(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 5)] ?? Number.NaN;
}

function routerWith(guards: readonly Guard[], chunks: readonly string[]): Router {
  const provider = scriptedProvider('a', [{ text: chunks }]);
  const targets = [{ provider, model: 'm', price: { input: 1, output: 1 } }];
  return createRouter({ targets, ...(guards.length === 0 ? {} : { plugins: [guardrails(guards)] }) });
}

async function timed(router: Router): Promise<number> {
  const stream = await router.stream({ prompt: 'Hi' });
  const start = process.cpuUsage();
  for await (const _ of stream);
  return since(start);
}

/** Milliseconds of processor time. */
function since(start: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1_000;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

/** Characters that come in before the first go out. */
export async function firstToken(text: string): Promise<number> {
  const pieces = [...text];
  let taken = 0;
  const provider = scriptedProvider('a', [{ text: pieces }]);
  const stream = provider.stream;
  const counting = {
    ...provider,
    async *stream(call: Parameters<typeof stream>[0]) {
      for await (const part of stream(call)) {
        taken += part.type === 'text-delta' ? part.text.length : 0;
        yield part;
      }
    },
  };
  const router = createRouter({
    targets: [{ provider: counting, model: 'm' }],
    plugins: [guardrails(all())],
  });
  for await (const part of await router.stream({ prompt: 'Hi' }))
    if (part.type === 'text-delta') return taken;
  return taken;
}
