import { isRouterError } from 'signalbox';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { read, rejection, world } from '../support/requests.ts';

const schema = z.object({ city: z.string(), people: z.number().int() });
const json = { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] } as const;
const good = '{"city":"Bern","people":134000}';

describe('structured output', () => {
  it('sends a Standard Schema as closed JSON Schema and gives the parsed, validated value', async () => {
    const { router, providers } = world({ a: [{ text: good }] });
    const { object, text } = await router.chat({ prompt: 'Where?', schema });
    expect(object).toEqual({ city: 'Bern', people: 134_000 });
    expect(text).toBe(good);
    expect(providers['a']?.calls[0]?.responseFormat?.schema).toMatchObject({
      type: 'object',
      required: ['city', 'people'],
      additionalProperties: false,
    });
  });

  it('gives what the schema transforms to', async () => {
    const { router } = world({ a: [{ text: '{"n":"12"}' }] });
    const { object } = await router.chat({
      prompt: '?',
      schema: z.object({ n: z.string().transform(Number) }),
    });
    expect(object).toEqual({ n: 12 });
  });

  it('sends a JSON Schema as it is, and checks the answer against it', async () => {
    const { router, providers } = world({ a: [{ text: good }, { text: '{"city":4}' }] });
    expect((await router.chat({ prompt: '?', schema: json })).object).toEqual({
      city: 'Bern',
      people: 134_000,
    });
    expect(providers['a']?.calls[0]?.responseFormat?.schema).toBe(json);
    const error = await rejection(router.chat({ prompt: '?', schema: json }));
    expect(isRouterError(error, 'output') && error.issues).toContain('#/city breaks the rule "type"');
  });

  it('works at the end of a stream', async () => {
    const { router } = world({ a: [{ text: good }] });
    const stream = await router.stream({ prompt: '?', schema });
    await read(stream);
    expect((await stream.result).object).toEqual({ city: 'Bern', people: 134_000 });
  });

  it.each([
    ['is not JSON', 'Bern', 'stop', 'the answer is not JSON'],
    [
      'was cut by a token limit',
      '{"city":"Be',
      'length',
      'the answer is not JSON: the token limit cut it off',
    ],
    ['misses the schema', '{"city":1,"people":2}', 'stop', 'city does not match the schema'],
    ['was withheld', '', 'content-filter', 'the vendor withheld the answer'],
  ] as const)(
    'rejects with OutputError, without showing the value, when the answer %s',
    async (_, text, finishReason, issue) => {
      const { router, of } = world({ a: [{ text, finishReason }] });
      const error = await rejection(router.chat({ prompt: '?', schema }));
      expect(isRouterError(error, 'output') && error.issues).toEqual([issue]);
      expect(of('request-end')).toMatchObject([
        {
          outcome: 'failed',
          error: 'output',
          attempts: [{ outcome: 'failed', error: { kind: 'output' }, billed: 'yes' }],
        },
      ]);
    },
  );

  it('also happens at the end of a stream, for its reader and its result', async () => {
    const { router } = world({ a: [{ text: 'no' }] });
    const stream = await router.stream({ prompt: '?', schema });
    expect(await rejection(read(stream))).toMatchObject({ code: 'output' });
    expect(await rejection(stream.result)).toMatchObject({ code: 'output' });
  });

  it('waits with the object while the model calls tools', async () => {
    const content = [{ type: 'tool-call', toolCallId: '1', toolName: 'map', input: {} }] as const;
    const { router } = world({ a: [{ content }] });
    const tools = [{ name: 'map', inputSchema: z.object({ city: z.string() }) }];
    const { object, toolCalls } = await router.chat({ prompt: '?', schema, tools });
    expect(object).toBeUndefined();
    expect(toolCalls).toEqual(content);
  });

  describe('with fallbackOn: output', () => {
    const bad = '{"city":4}';

    it('fails over to the next target and counts the answer’s cost as wasted', async () => {
      const { router, of } = world({ a: [{ text: bad }], b: [{ text: good }] }, { fallbackOn: ['output'] });
      const { object, target } = await router.chat({ prompt: '?', schema });
      expect(target).toBe('b');
      expect(object).toMatchObject({ city: 'Bern' });
      expect(of('attempt-end')).toMatchObject([
        { target: 'a', outcome: 'failed', error: { kind: 'output' }, billed: 'yes' },
        { target: 'b', outcome: 'success' },
      ]);
      expect(of('request-end')[0]?.wastedCost).toBeGreaterThan(0);
      expect(router.stats()[0]).toMatchObject({ health: 'healthy', failures: 0 });
    });

    it('rejects with OutputError where no other target is left', async () => {
      const { router } = world({ a: [{ text: bad }], b: [{ text: bad }] }, { fallbackOn: ['output'] });
      const error = await rejection(router.chat({ prompt: '?', schema }));
      expect(isRouterError(error, 'output') && error.attempts).toHaveLength(2);
    });

    it('restarts a stream where that is allowed', async () => {
      const { router } = world(
        { a: [{ text: bad }], b: [{ text: good }] },
        { fallbackOn: ['output'], interrupted: 'restart' },
      );
      const stream = await router.stream({ prompt: '?', schema });
      const parts = await read(stream);
      expect(parts.filter(({ type }) => type === 'restart')).toEqual([{ type: 'restart', target: 'b' }]);
      expect((await stream.result).object).toMatchObject({ city: 'Bern' });
    });

    it('ends a stream with OutputError where it must not restart', async () => {
      const { router, of } = world({ a: [{ text: bad }], b: [{ text: good }] }, { fallbackOn: ['output'] });
      const stream = await router.stream({ prompt: '?', schema });
      expect(isRouterError(await rejection(read(stream)), 'output')).toBe(true);
      expect(of('request-end')).toMatchObject([{ outcome: 'failed', error: 'output' }]);
    });
  });
});
