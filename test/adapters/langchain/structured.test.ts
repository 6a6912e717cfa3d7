import { createRouter, isRouterError } from 'signalbox';
import { toChatModel } from 'signalbox/langchain';
import { type Script, scriptedProvider } from 'signalbox/testing';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { z as z3 } from 'zod/v3';

const price = { input: 1, output: 2 };
const City = z.object({ city: z.string(), people: z.number() });
const json = { title: 'city', ...z.toJSONSchema(City) } as Record<string, unknown>;
const paris = { city: 'Paris', people: 2_000_000 };

function world(...scripts: readonly Script[]) {
  const provider = scriptedProvider('p', scripts);
  const model = toChatModel(createRouter({ targets: [{ provider, model: 'a', price }] }));
  return { model, provider };
}

const call = (input: object): Script => ({
  content: [{ type: 'tool-call', toolCallId: 'c1', toolName: 'city', input: input as never }],
});

describe('withStructuredOutput by a schema', () => {
  it('requests JSON of the schema and returns the parsed value', async () => {
    const { model, provider } = world({ text: JSON.stringify(paris) });
    const Shouted = City.extend({ city: z.string().transform((name) => name.toUpperCase()) });
    const answer = await model.withStructuredOutput(Shouted).invoke('Where?');
    expect(answer).toEqual({ city: 'PARIS', people: 2_000_000 });
    expect(provider.calls[0]?.responseFormat?.schema).toMatchObject({ required: ['city', 'people'] });
  });

  it('takes JSON Schema, and gives it piece by piece in a stream', async () => {
    const { model } = world({ text: ['{"city":"Par', 'is","people":', '2000000}'] });
    const pieces: unknown[] = [];
    for await (const piece of await model.withStructuredOutput(json).stream('Where?')) pieces.push(piece);
    expect(pieces.at(0)).toEqual({ city: 'Par' });
    expect(pieces.at(-1)).toEqual(paris);
  });

  it('rejects an answer of another shape with the router’s error', async () => {
    const { model } = world({ text: '{"city":7}' });
    const error = await model
      .withStructuredOutput(City)
      .invoke('Where?')
      .catch((reason: unknown) => reason);
    expect(isRouterError(error, 'output')).toBe(true);
  });

  it('gives the message beside it with includeRaw', async () => {
    const { model } = world({ text: JSON.stringify(paris) });
    const { raw, parsed } = await model.withStructuredOutput(City, { includeRaw: true }).invoke('Where?');
    expect(parsed).toEqual(paris);
    expect(raw.response_metadata['signalbox']).toMatchObject({ target: 'p/a' });
  });

  it('takes a schema of zod’s version 3', async () => {
    const { model } = world({ text: JSON.stringify(paris) });
    const Old = z3.object({ city: z3.string(), people: z3.number() });
    expect(await model.withStructuredOutput(Old).invoke('Where?')).toEqual(paris);
  });

  it('takes OpenAI’s response_format', async () => {
    const { model, provider } = world({ text: JSON.stringify(paris) });
    await model.invoke('Where?', {
      response_format: { type: 'json_schema', json_schema: { name: 'city', schema: json } },
    });
    expect(provider.calls[0]?.responseFormat?.schema).toMatchObject({ required: ['city', 'people'] });
    await expect(model.invoke('Where?', { response_format: { type: 'json_object' } })).rejects.toThrow(
      /response_format: .*json_object/,
    );
  });
});

describe('withStructuredOutput by a tool', () => {
  const options = { method: 'functionCalling', name: 'city' } as const;

  it('forces the tool call and returns its arguments', async () => {
    const { model, provider } = world(call(paris));
    expect(await model.withStructuredOutput(City, options).invoke('Where?')).toEqual(paris);
    expect(provider.calls[0]).toMatchObject({
      tools: [{ name: 'city', inputSchema: { required: ['city', 'people'] } }],
      toolChoice: { type: 'tool', toolName: 'city' },
    });
  });

  it('takes JSON Schema, under its own title', async () => {
    const { model } = world(call(paris));
    expect(await model.withStructuredOutput(json, { method: 'functionCalling' }).invoke('Where?')).toEqual(
      paris,
    );
  });

  it('gives the whole of a stream', async () => {
    const { model } = world(call(paris));
    const pieces: unknown[] = [];
    for await (const piece of await model.withStructuredOutput(City, options).stream('Where?'))
      pieces.push(piece);
    expect(pieces).toEqual([paris]);
  });

  it('rejects arguments of another shape, and an answer without the call', async () => {
    await expect(
      world(call({ city: 7 }))
        .model.withStructuredOutput(City, options)
        .invoke('?'),
    ).rejects.toThrow(/does not match the schema/);
    await expect(
      world({ text: 'Paris' }).model.withStructuredOutput(json, options).invoke('?'),
    ).rejects.toThrow(/does not call city/);
  });

  it('with includeRaw gives null for what could not be read', async () => {
    const { model } = world({ text: 'Paris' });
    const { raw, parsed } = await model
      .withStructuredOutput(City, { ...options, includeRaw: true })
      .invoke('Where?');
    expect(parsed).toBeNull();
    expect(raw.content).toBe('Paris');
  });
});

it('refuses an unknown method', () => {
  expect(() => world().model.withStructuredOutput(City, { method: 'jsonMode' })).toThrow(
    /withStructuredOutput\.method: expected 'jsonSchema' or 'functionCalling', got "jsonMode"/,
  );
});
