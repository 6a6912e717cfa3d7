import { createRouter, type JSONObject, type RunPart, tool } from 'signalbox';
import { anthropic } from 'signalbox/anthropic';
import { openai } from 'signalbox/openai';
import { type Script, scriptedProvider } from 'signalbox/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { type FaultServer, faultServer, json } from '../support/fault-server.ts';
import { rejection } from '../support/requests.ts';
import { answerWith } from '../support/vendor-answers.ts';

const price = { input: 1, output: 1 };
const usage = { inputTokens: 500_000, outputTokens: 500_000 };
const call = (toolName: string, input: JSONObject = {}, toolCallId = `${toolName}-1`) =>
  ({ type: 'tool-call', toolCallId, toolName, input }) as const;
const calls = (...content: ReturnType<typeof call>[]): Script => ({
  content,
  finishReason: 'tool-calls',
  usage,
});
const done: Script = { text: ['Do', 'ne'], usage };

function routerOver(scripts: readonly Script[], more: object = {}) {
  const provider = scriptedProvider('a', scripts);
  return createRouter({
    targets: [{ provider, model: 'm', id: 'a', price }],
    retry: false,
    log: false,
    ...more,
  });
}

/** A promise that is resolved from outside. */
function later<T>(): { readonly promise: Promise<T>; resolve(value: T): void } {
  let resolve: (value: T) => void = () => {};
  const promise = new Promise<T>((onValue) => {
    resolve = onValue;
  });
  return { promise, resolve: (value) => resolve(value) };
}

/** What a reader sees, in short. */
function shown(event: RunPart): string {
  if ('output' in event) return `${event.step} ${event.call.toolCallId}=${JSON.stringify(event.output)}`;
  const { part } = event;
  return `${event.step} ${part.type}${part.type === 'text-delta' ? ` ${part.text}` : ''}`;
}

async function all(run: AsyncIterable<RunPart>): Promise<readonly string[]> {
  const seen: string[] = [];
  for await (const event of run) seen.push(shown(event));
  return seen;
}

const echo = tool({ inputSchema: {}, execute: (_, { toolCallId }) => toolCallId });

describe('router.runStream()', () => {
  it('gives the parts of all steps, and the outputs of the tools between them', async () => {
    const run = await routerOver([calls(call('echo')), done]).runStream({ prompt: 'Hi', tools: { echo } });
    const seen = await all(run);
    expect(seen.filter((each) => !each.includes('tool-call'))).toEqual([
      '0 finish',
      '0 echo-1={"type":"text","value":"echo-1"}',
      '1 text-delta Do',
      '1 text-delta ne',
      '1 finish',
    ]);
    expect(seen).toContain('0 tool-call');
    expect(await run.result).toMatchObject({ text: 'Done', stopReason: 'done', cost: 2 });
  });

  it('gives each output as soon as its tool is done, and all to the model in the order of the calls', async () => {
    const first = later<string>();
    const slow = tool({ inputSchema: {}, execute: () => first.promise });
    const router = routerOver([calls(call('slow'), call('echo')), done]);
    const run = await router.runStream({ prompt: 'Hi', tools: { slow, echo } });
    const outputs: string[] = [];
    for await (const event of run) {
      if (!('output' in event)) continue;
      outputs.push(event.call.toolName);
      first.resolve('late');
    }
    expect(outputs).toEqual(['echo', 'slow']);
    const { messages } = await run.result;
    expect(messages.find(({ role }) => role === 'tool')?.content).toMatchObject([
      { toolName: 'slow' },
      { toolName: 'echo' },
    ]);
  });

  it('is read by its result, if nothing iterates', async () => {
    const router = routerOver([calls(call('echo')), done]);
    const run = await router.with({ tenant: 'acme' }).runStream({ prompt: 'Hi', tools: { echo } });
    expect((await run.result).steps).toHaveLength(2);
  });

  it('can be iterated once', async () => {
    const run = await routerOver([done]).runStream({ prompt: 'Hi', tools: {} });
    await all(run);
    expect(await rejection(all(run))).toMatchObject({ code: 'request' });
  });

  it('throws what a step throws, which its result rejects with too', async () => {
    const down: Script = { error: { kind: 'server', status: 500 } };
    const run = await routerOver([calls(call('echo')), down]).runStream({ prompt: 'Hi', tools: { echo } });
    const error = await rejection(all(run));
    expect(error).toMatchObject({ code: 'all-targets-failed' });
    expect(await rejection(run.result)).toBe(error);
  });

  it('shows a restart where the route allows it', async () => {
    const broken: Script = { text: ['Do', 'ne'], after: 1, error: { kind: 'server', status: 500 } };
    const b = scriptedProvider('b', [done]);
    const router = createRouter({
      targets: [
        { provider: scriptedProvider('a', [broken]), model: 'm', price },
        { provider: b, model: 'm', price },
      ],
      interrupted: 'restart',
      retry: false,
      log: false,
    });
    const seen = await all(await router.runStream({ prompt: 'Hi', tools: {} }));
    expect(seen).toEqual(['0 text-delta Do', '0 restart', '0 text-delta Do', '0 text-delta ne', '0 finish']);
  });

  it('aborts running tools when its reader leaves', async () => {
    const aborted = later<boolean>();
    const slow = tool({
      inputSchema: {},
      execute: (_, { signal }) => {
        signal?.addEventListener('abort', () => aborted.resolve(true));
        return new Promise(() => {});
      },
    });
    const router = routerOver([calls(call('slow'), call('echo')), done]);
    const run = await router.runStream({ prompt: 'Hi', tools: { slow, echo } });
    for await (const event of run) if ('output' in event) break;
    expect(await aborted.promise).toBe(true);
    expect(await rejection(run.result)).toMatchObject({ code: 'stream-interrupted' });
  });

  it('ends a run whose last resort answered as such', async () => {
    const router = routerOver([{ error: { kind: 'server', status: 500 } }], { lastResort: 'Busy' });
    const run = await router.runStream({ prompt: 'Hi', tools: { echo } });
    expect(await run.result).toMatchObject({ text: 'Busy', stopReason: 'last-resort', cost: 0 });
  });
});

describe('a run over real SDKs', () => {
  let servers: Readonly<Record<'claude' | 'gpt', FaultServer>>;
  beforeEach(async () => {
    servers = { claude: await faultServer(), gpt: await faultServer() };
  });
  afterEach(() => Promise.all(Object.values(servers).map((server) => server.close())));

  const apiKey = 'k';
  const routerNow = () =>
    createRouter({
      targets: [
        { provider: anthropic({ apiKey, baseURL: servers.claude.url }), model: 'claude-haiku-4-5', price },
        { provider: openai({ apiKey, baseURL: `${servers.gpt.url}/v1` }), model: 'gpt-5-mini', price },
      ],
      retry: false,
      log: false,
    });
  const weather = tool({
    inputSchema: z.object({ city: z.string() }),
    execute: ({ city }) => `${city}: clear`,
  });
  const request = { prompt: 'Weather?', tools: { weather }, maxOutputTokens: 100 };
  const toolUse = json({
    id: 'm',
    type: 'message',
    role: 'assistant',
    model: 'claude-haiku-4-5',
    content: [{ type: 'tool_use', id: 'toolu_1', name: 'weather', input: { city: 'Paris' } }],
    stop_reason: 'tool_use',
    usage: { input_tokens: 1, output_tokens: 1 },
  });

  it('continues at another vendor, which gets the calls and their results', async () => {
    servers.claude.behave(toolUse, json({ type: 'error', error: { type: 'overloaded_error' } }, 529));
    servers.gpt.behave(answerWith('openai', 'It is clear.'));
    const { text, steps, cost } = await routerNow().run(request);
    expect(text).toBe('It is clear.');
    expect(steps.map(({ target }) => target)).toEqual(['anthropic/claude-haiku-4-5', 'openai/gpt-5-mini']);
    expect(cost).toBeGreaterThan(0);
    expect(servers.gpt.received[0]?.body).toMatchObject({
      messages: [
        { role: 'user', content: 'Weather?' },
        {
          role: 'assistant',
          tool_calls: [{ id: 'toolu_1', function: { name: 'weather', arguments: '{"city":"Paris"}' } }],
        },
        { role: 'tool', tool_call_id: 'toolu_1', content: 'Paris: clear' },
      ],
    });
  });

  it('closes the vendor’s socket when its reader leaves in the middle of a step', async () => {
    const chunk = {
      id: 'c',
      model: 'm',
      choices: [{ index: 0, delta: { role: 'assistant', content: 'It' } }],
    };
    servers.claude.behave(json({ type: 'error', error: { type: 'overloaded_error' } }, 529));
    servers.gpt.behave((response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write(`data: ${JSON.stringify(chunk)}\n\n`);
    });
    for await (const event of await routerNow().runStream(request)) if ('part' in event) break;
    await servers.gpt.received[0]?.over;
    expect([servers.gpt.received[0]?.complete, servers.gpt.pending]).toEqual([false, 0]);
  });
});
