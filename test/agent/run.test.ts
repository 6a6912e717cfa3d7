import { createRouter, type RunTool, tool } from 'signalbox';
import { type Script, scriptedProvider } from 'signalbox/testing';
import { describe, expect, expectTypeOf, it } from 'vitest';
import * as z from 'zod';
import { rejection } from '../support/requests.ts';

const price = { input: 1, output: 1 };
const usage = { inputTokens: 500_000, outputTokens: 500_000 };
const call = (toolName: string, input: object = {}, toolCallId = `${toolName}-1`) =>
  ({ type: 'tool-call', toolCallId, toolName, input }) as const;
const calls = (...content: ReturnType<typeof call>[]): Script =>
  ({ content, finishReason: 'tool-calls', usage }) as Script;
const done: Script = { text: ['Done'], usage };

function world(scripts: readonly Script[], more: Readonly<Record<string, readonly Script[]>> = {}) {
  const providers = {
    a: scriptedProvider('a', scripts),
    ...Object.fromEntries(Object.entries(more).map(([id, own]) => [id, scriptedProvider(id, own)])),
  };
  const targets = Object.entries(providers).map(([id, provider]) => ({ id, provider, model: 'm', price }));
  return { router: createRouter({ targets, retry: false, log: false }), providers };
}

const outputsOf = (provider: ReturnType<typeof scriptedProvider>, step = 1) =>
  provider.calls[step]?.messages.at(-1)?.content as readonly { output: unknown }[];

describe('router.run()', () => {
  it('gives the results of tools back until the model is done', async () => {
    const { router, providers } = world([calls(call('add', { a: 1, b: 2 })), done]);
    const add = tool({
      inputSchema: z.object({ a: z.number(), b: z.number() }),
      execute: ({ a, b }) => {
        expectTypeOf(a).toEqualTypeOf<number>();
        return a + b;
      },
    });
    const result = await router.run({ prompt: 'Add', system: 'Be brief', tools: { add } });
    expect(result).toMatchObject({
      text: 'Done',
      stopReason: 'done',
      cost: 2,
      usage: { inputTokens: 1_000_000 },
    });
    expect(result.messages.map(({ role }) => role)).toEqual([
      'system',
      'user',
      'assistant',
      'tool',
      'assistant',
    ]);
    expect(outputsOf(providers.a)).toMatchObject([{ output: { type: 'json', value: 3 } }]);
  });

  it('executes the calls of a step at the same time', async () => {
    const { router } = world([calls(call('f', {}, '1'), call('f', {}, '2')), done]);
    let under = 0;
    let most = 0;
    const f = tool({
      inputSchema: {},
      async execute() {
        most = Math.max(most, ++under);
        await new Promise(setImmediate);
        under -= 1;
      },
    });
    await router.run({ prompt: 'Hi', tools: { f } });
    expect(most).toBe(2);
  });

  it.each<[string, RunTool, object, object]>([
    [
      'what a tool throws',
      { inputSchema: {}, execute: () => Promise.reject(new Error('no network')) },
      {},
      { type: 'error-text', value: 'no network' },
    ],
    [
      'wrong arguments',
      tool({ inputSchema: z.object({ n: z.number() }), execute: () => 'never' }) as RunTool,
      { n: 'x' },
      { type: 'error-text', value: expect.stringContaining('n: ') },
    ],
    [
      'arguments that break a JSON Schema',
      {
        inputSchema: { type: 'object', properties: { n: { type: 'number' } }, required: ['n'] },
        execute: () => 'never',
      },
      { n: 'x' },
      { type: 'error-text', value: expect.stringMatching(/^invalid arguments: .*#\/n: .*number/) },
    ],
    [
      'a refused call',
      { inputSchema: {}, needsApproval: true, execute: () => 'never' },
      {},
      { type: 'execution-denied' },
    ],
  ])('tells the model of %s', async (_, f, input, output) => {
    const { router, providers } = world([calls(call('f', input)), done]);
    expect((await router.run({ prompt: 'Hi', tools: { f } })).text).toBe('Done');
    expect(outputsOf(providers.a)).toMatchObject([{ output }]);
  });

  it('reports an unknown tool to the model', async () => {
    const { router, providers } = world([calls(call('g')), done]);
    await router.run({ prompt: 'Hi', tools: {} });
    expect(outputsOf(providers.a)).toMatchObject([
      { output: { type: 'error-text', value: 'there is no tool g' } },
    ]);
  });

  it('asks approve, whose reason the model reads', async () => {
    const { router, providers } = world([calls(call('f', {}, '1'), call('f', {}, '2')), done]);
    const f = tool({ inputSchema: {}, needsApproval: () => true, execute: () => 'ran' });
    await router.run({
      prompt: 'Hi',
      tools: { f },
      approve: ({ toolCallId }) => toolCallId === '1' || 'too costly',
    });
    expect(outputsOf(providers.a)).toMatchObject([
      { output: { type: 'text', value: 'ran' } },
      { output: { type: 'execution-denied', reason: 'too costly' } },
    ]);
  });

  it('changes its target between steps', async () => {
    const { router } = world([calls(call('f')), { error: { kind: 'server', status: 500 } }], { b: [done] });
    const f = tool({ inputSchema: {}, execute: () => 'ran' });
    const { steps, text } = await router.run({ prompt: 'Hi', tools: { f } });
    expect([text, ...steps.map(({ target }) => target)]).toEqual(['Done', 'a', 'b']);
  });

  it('ends after maxSteps, or by stopWhen, with calls that are not executed', async () => {
    let ran = 0;
    const f = tool({ inputSchema: {}, execute: () => ++ran });
    const more = Array<Script>(9).fill(calls(call('f')));
    const limited = await world(more).router.run({ prompt: 'Hi', tools: { f }, maxSteps: 3 });
    expect([limited.stopReason, limited.steps.length, ran]).toEqual(['max-steps', 3, 2]);
    const stopped = await world(more).router.run({
      prompt: 'Hi',
      tools: { f },
      stopWhen: (steps) => steps.length === 2,
    });
    expect([stopped.stopReason, stopped.steps.length]).toEqual(['stop-when', 2]);
  });

  it('ends with the caller', async () => {
    const leaving = new AbortController();
    const f = tool({ inputSchema: {}, execute: () => leaving.abort('enough') });
    const { router, providers } = world([calls(call('f')), done]);
    expect(await rejection(router.run({ prompt: 'Hi', tools: { f } }, { signal: leaving.signal }))).toBe(
      'enough',
    );
    expect(providers.a.calls).toHaveLength(1);
  });

  it('has an unknown cost where a step’s is', async () => {
    const router = createRouter({
      targets: [{ provider: scriptedProvider('a', [done]), model: 'm' }],
      catalog: false,
    });
    expect((await router.run({ prompt: 'Hi', tools: {} })).cost).toBeUndefined();
  });

  it.each([[{}], [{ tools: [] }], [{ tools: { f: {} } }], [{ tools: {}, maxSteps: 0 }]])(
    'refuses %j',
    async (wrong) => {
      const error = await rejection(world([done]).router.run({ prompt: 'Hi', ...wrong } as never));
      expect(error).toMatchObject({ code: 'request' });
    },
  );
});
