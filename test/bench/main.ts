// What the router adds. First alone, over a provider that answers at once; then where it is used, over the OpenAI SDK and
// a socket, next to the same SDK without it. Absolute figures are this machine's; the ratios hold elsewhere too.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import OpenAI from 'openai';
import { createRouter, type Provider, type ProviderCall, type ProviderStreamPart } from 'signalbox';
import { openai } from 'signalbox/openai';
import { type Measured, measure, type Work } from './measure.ts';

const chunks = 200;
const price = { input: 1, output: 2 };
const prompt = 'Why is the sky blue?';

const instant: Provider<'instant'> = {
  name: 'instant',
  chat: async ({ model }) => ({
    content: [{ type: 'text', text: 'Air scatters blue light more than red.' }],
    finishReason: 'stop',
    usage: { inputTokens: 10, outputTokens: 20 },
    response: { model, headers: {} },
    warnings: [],
    raw: undefined,
  }),
  async *stream(): AsyncGenerator<ProviderStreamPart> {
    for (let chunk = 0; chunk < chunks; chunk++) yield { type: 'text-delta', text: 'word ' };
    yield { type: 'finish', finishReason: 'stop', usage: { inputTokens: 10, outputTokens: chunks } };
  },
};
const repeat =
  (once: () => Promise<unknown>): Work =>
  async (times) => {
    for (let time = 0; time < times; time++) await once();
  };
const drain = async (parts: AsyncIterable<unknown>): Promise<void> => {
  for await (const _ of parts);
};
const added = (base: Measured, routed: Measured): string => `${(routed.wall - base.wall).toFixed(1)} µs`;
const ratio = (base: Measured, routed: Measured): string => `× ${(routed.cpu / base.cpu).toFixed(2)}`;
const figures = ({ wall, cpu }: Measured): string => `${wall.toFixed(1)} µs (CPU ${cpu.toFixed(1)})`;

async function alone(): Promise<void> {
  const router = createRouter({
    targets: [1, 2, 3].map((id) => ({ provider: instant, model: `${id}`, price })),
  });
  const call: ProviderCall = {
    model: '1',
    messages: [{ role: 'user', content: prompt }],
    signal: new AbortController().signal,
  };
  const chat = await measure(
    { direct: repeat(() => instant.chat(call)), routed: repeat(() => router.chat({ prompt })) },
    { rounds: 60, times: 1000 },
  );
  const stream = await measure(
    {
      direct: repeat(() => drain(instant.stream(call))),
      routed: repeat(async () => drain(await router.stream({ prompt }))),
    },
    { rounds: 60, times: 50 },
  );
  console.log('the router alone, three targets');
  console.log(`  added to a chat: ${added(chat.direct, chat.routed)}`);
  console.log(`  added to a chunk: ${((stream.routed.wall - stream.direct.wall) / chunks).toFixed(2)} µs`);
}

async function inUse(baseURL: string): Promise<void> {
  const options = { apiKey: 'no-key', baseURL };
  const sdk = new OpenAI({ ...options, maxRetries: 0 });
  const router = createRouter({ targets: [{ provider: openai(options), model: 'gpt-5-mini', price }] });
  const body = { model: 'gpt-5-mini', messages: [{ role: 'user' as const, content: prompt }] };
  const chat = await measure(
    {
      direct: repeat(() => sdk.chat.completions.create(body)),
      routed: repeat(() => router.chat({ prompt })),
    },
    { rounds: 60, times: 100 },
  );
  const streamed = { ...body, stream: true as const, stream_options: { include_usage: true } };
  const stream = await measure(
    {
      direct: repeat(async () => drain(await sdk.chat.completions.create(streamed))),
      routed: repeat(async () => drain(await router.stream({ prompt }))),
    },
    { rounds: 60, times: 20 },
  );
  for (const [what, { direct, routed }] of [
    ['a chat', chat],
    [`a stream of ${chunks} chunks`, stream],
  ] as const) {
    console.log(`${what} over the openai SDK, on loopback`);
    console.log(
      `  the SDK: ${figures(direct)}; through the router: ${figures(routed)}; CPU ${ratio(direct, routed)}`,
    );
  }
}

const vendor = fork(new URL('vendor.ts', import.meta.url));
const [port] = await once(vendor, 'message');
await alone();
await inUse(`http://127.0.0.1:${port}/v1`);
vendor.disconnect();
