import { createRouter, type ProviderStreamPart } from 'signalbox';
import { openaiCompatible } from 'signalbox/openai-compatible';
import { virtualClock } from 'signalbox/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { failurePolicyOf } from '../../src/core/attempt/failure/failure-policy.ts';
import { callOf } from '../conformance/scenarios.ts';
import { events, type FaultServer, faultServer, json } from '../support/fault-server.ts';
import { rejection } from '../support/requests.ts';
import { ended, type VendorName, vendors } from './vendors.ts';

const model = 'gemini-2.5-flash';
const gemini = ['gemini', 'legacy'] as const;

type Ending = readonly [
  reason: string,
  vendors: readonly VendorName[],
  wire: (vendor: VendorName) => ReturnType<typeof ended>,
];

/** Ends by which a vendor withholds an answer that it could have given. */
const withheld: readonly Ending[] = [
  ['content_filter', ['openai', 'azure', 'openrouter'], (vendor) => ended(vendor, 'content_filter')],
  ['content_filter', ['responses'], (vendor) => ended(vendor, 'content_filter')],
  ['a refusal in the model’s words', ['openai'], (vendor) => ended(vendor, 'stop', { refusal: 'I cannot.' })],
  ...['cyber', 'bio', 'frontier_llm', 'reasoning_extraction', 'general_harms'].map((category): Ending => {
    const more = { stop_details: { type: 'refusal', category } };
    return [`refusal: ${category}`, ['anthropic'], (vendor) => ended(vendor, 'refusal', more)];
  }),
  ...[
    'SAFETY',
    'RECITATION',
    'LANGUAGE',
    'BLOCKLIST',
    'PROHIBITED_CONTENT',
    'SPII',
    'IMAGE_SAFETY',
    'IMAGE_PROHIBITED_CONTENT',
    'IMAGE_RECITATION',
  ].map((reason): Ending => [reason, gemini, (vendor) => ended(vendor, reason)]),
  ...[
    'SAFETY',
    'BLOCKLIST',
    'PROHIBITED_CONTENT',
    'IMAGE_SAFETY',
    'JAILBREAK',
    'MODEL_ARMOR',
    'OTHER',
    'NEW_REASON',
  ].map((blockReason): Ending => {
    const answer = { promptFeedback: { blockReason }, usageMetadata: { promptTokenCount: 3 } };
    const stream = [`data: ${JSON.stringify(answer)}\n\n`];
    return [`the prompt: ${blockReason}`, gemini, () => ({ answer, stream })];
  }),
];

/** Ends by which a model says that it slipped. */
const mishaps: readonly Ending[] = [
  'MALFORMED_FUNCTION_CALL',
  'MALFORMED_RESPONSE',
  'UNEXPECTED_TOOL_CALL',
  'TOO_MANY_TOOL_CALLS',
  'NO_IMAGE',
  'OTHER',
].map((reason): Ending => [reason, gemini, (vendor) => ended(vendor, reason)]);

describe('answers with an unusual end', () => {
  let server: FaultServer;
  let healthy: FaultServer;
  beforeAll(async () => {
    server = await faultServer();
    healthy = await faultServer(json({ choices: [{ message: { content: 'Hi' }, finish_reason: 'stop' }] }));
  });
  afterAll(() => Promise.all([server.close(), healthy.close()]));

  const chat = (vendor: VendorName, wire: ReturnType<typeof ended>) => {
    server.behave(json(wire.answer));
    return vendors[vendor](server.url).chat(callOf('text', model));
  };
  const stream = async (vendor: VendorName, wire: ReturnType<typeof ended>) => {
    server.behave(events(wire.stream));
    const parts: ProviderStreamPart[] = [];
    for await (const part of vendors[vendor](server.url).stream(callOf('text', model))) parts.push(part);
    return parts;
  };
  const routerOver = (vendor: VendorName, fallbackOn: readonly 'content-filter'[]) => {
    const price = { input: 1, output: 1 };
    const backup = openaiCompatible({ name: 'house', baseURL: healthy.url });
    return createRouter({
      clock: virtualClock(),
      targets: [
        { id: 'first', provider: vendors[vendor](server.url), model, price },
        { id: 'second', provider: backup, model, price },
      ],
      fallbackOn,
    });
  };

  describe.each(withheld)('withheld: %s', (_, names, wire) => {
    it.each(names)('is reported by %s without an effect on its health', async (vendor) => {
      expect((await chat(vendor, wire(vendor))).finishReason).toBe('content-filter');
      expect((await stream(vendor, wire(vendor))).at(-1)).toMatchObject({ finishReason: 'content-filter' });
      const router = routerOver(vendor, []);
      server.behave(json(wire(vendor).answer));
      const { target, finishReason } = await router.chat({ prompt: 'Hi' });
      expect({ target, finishReason }).toEqual({ target: 'first', finishReason: 'content-filter' });
      expect(router.stats()[0]).toMatchObject({ health: 'healthy', failures: 0 });
      await router.close();
    });

    it.each(names)('from %s goes to the next target if `fallbackOn` includes it', async (vendor) => {
      const router = routerOver(vendor, ['content-filter']);
      server.behave(json(wire(vendor).answer));
      expect((await router.chat({ prompt: 'Hi' })).target).toBe('second');
      expect(router.stats()[0]).toMatchObject({ health: 'healthy', failures: 0 });
      await router.close();
    });
  });

  describe.each(mishaps)('an error of the model: %s', (reason, names, wire) => {
    it.each(names)('of %s is retried without an effect on the target’s health', async (vendor) => {
      for (const error of [
        await rejection(chat(vendor, wire(vendor))),
        await rejection(stream(vendor, wire(vendor))),
      ]) {
        expect(error).toMatchObject({ kind: 'malformed', scope: 'request', vendorCode: reason });
        expect(
          failurePolicyOf(error as Parameters<typeof failurePolicyOf>[0], () => undefined),
        ).toMatchObject({
          failover: true,
          retry: true,
          health: 'nothing',
        });
      }
    });
  });

  it('a first chunk with only filter results is neither an error nor a token', async () => {
    const results = { choices: [], prompt_filter_results: [{ prompt_index: 0 }] };
    const { stream: rest } = ended('azure', 'stop');
    server.behave(events([`data: ${JSON.stringify(results)}\n\n`, ...rest]));
    const parts: ProviderStreamPart[] = [];
    for await (const part of vendors.azure(server.url).stream(callOf('text', model))) parts.push(part);
    expect(parts.map(({ type }) => type)).toEqual(['response', 'response', 'finish']);
  });
});
