import { createRouter, type StreamPart } from 'signalbox';
import { openaiCompatible } from 'signalbox/openai-compatible';
import { describe, expect, it } from 'vitest';
import { events, type FaultServer, faultServer } from '../support/fault-server.ts';

const piece = (delta: object, finish_reason: string | null = null): string =>
  `data: ${JSON.stringify({ id: 'c1', model: 'm', choices: [{ index: 0, delta, finish_reason }] })}\n\n`;
const written = (text: string): readonly string[] =>
  (text.match(/[\s\S]{1,4}/g) ?? []).map((content) => piece({ content }));
const whole = (text: string) => events([...written(text), piece({}, 'stop'), 'data: [DONE]\n\n']);

const before = 'The sky is blue because air scatters';
const answer = `${before} short waves more.`;
const tools = [{ name: 'lookup', inputSchema: { type: 'object' } }] as const;

/** Streams over two servers, of which the first one breaks off, until the reader has the answer. */
async function readOver(
  broken: readonly string[],
  next: string,
  request: { readonly tools?: typeof tools } = {},
): Promise<{ readonly text: string; readonly restarts: number; readonly asked: unknown }> {
  const servers: readonly [FaultServer, FaultServer] = [
    await faultServer(events(broken, 'reset')),
    await faultServer(whole(next)),
  ];
  const router = createRouter({
    interrupted: 'continue-or-restart',
    log: false,
    targets: servers.map(({ url }, index) => ({
      id: `T${index + 1}`,
      provider: openaiCompatible({ name: `server${index + 1}`, baseURL: url, apiKey: 'key' }),
      model: 'm',
      price: { input: 1, output: 1 },
      capabilities: { prefill: true as const },
    })),
  });
  try {
    let text = '';
    let restarts = 0;
    const parts: AsyncIterable<StreamPart> = await router.stream({ prompt: 'Why?', ...request });
    for await (const part of parts) {
      if (part.type === 'restart') [text, restarts] = ['', restarts + 1];
      if (part.type === 'text-delta') text += part.text;
    }
    const body = servers[1].received.at(-1)?.body as { readonly messages: readonly object[] } | undefined;
    return { text, restarts, asked: body?.messages.at(-1) };
  } finally {
    await router.close();
    await Promise.all(servers.map((server) => server.close()));
  }
}

describe('a stream that another server continues', () => {
  it.each([
    ['goes on', answer.slice(before.length)],
    ['starts over', answer],
    ['starts over in other case', answer.toUpperCase()],
    ['starts over with other white space', ` \n${answer.replaceAll(' ', '  ')}`],
  ])('has each word once where the server %s', async (_, next) => {
    const { text, restarts } = await readOver(written(before), next);
    expect(restarts).toBe(0);
    expect(text.toLowerCase().replace(/\s+/g, ' ')).toBe(answer.toLowerCase());
  });

  it.each([
    ['after the first words', 'The sky is blue, since its air scatters short waves.'],
    ['after one word less', 'The sky is blue because air bends light.'],
  ])('restarts where the server starts over and differs %s', async (_, next) => {
    expect(await readOver(written(before), next)).toMatchObject({ text: next, restarts: 1 });
  });

  it('is continued where tools are declared and only text has come', async () => {
    const { text, restarts, asked } = await readOver(written(before), answer.slice(before.length), { tools });
    expect({ text, restarts }).toEqual({ text: answer, restarts: 0 });
    expect(asked).toMatchObject({ role: 'assistant', content: before });
  });

  it('restarts where a call has begun', async () => {
    const call = { index: 0, id: 'a', type: 'function', function: { name: 'lookup', arguments: '{"q' } };
    const broken = [...written(before), piece({ tool_calls: [call] })];
    expect(await readOver(broken, answer, { tools })).toMatchObject({
      text: answer,
      restarts: 1,
      asked: { role: 'user' },
    });
  });
});
