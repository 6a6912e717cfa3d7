import type Anthropic from '@anthropic-ai/sdk';
import type OpenAI from 'openai';
import { type ContentPart, createRouter, type Message, type Router } from 'signalbox';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fixture as anthropic } from '../../conformance/fixtures/anthropic.ts';
import { fixture as google } from '../../conformance/fixtures/google.ts';
import { fixture as openai } from '../../conformance/fixtures/openai.ts';
import { fixture as compatible } from '../../conformance/fixtures/openai-compatible.ts';
import { fixture as responses } from '../../conformance/fixtures/openai-responses.ts';
import type { ScenarioName } from '../../conformance/scenarios.ts';
import type { Fixture, Wire } from '../../conformance/suite.ts';
import { events, type FaultServer, faultServer, json } from '../../support/fault-server.ts';
import { type AnswerType, answerFaults } from '../../support/request-rules.ts';
import { asTyped, type Clients, clients, eventsIn } from './clients.ts';

/**
 * An answer goes out through an SDK and comes back as history: the second request has to reach the vendor as it would have
 * without the detour, whichever protocol the detour was in.
 */

type Json = Record<string, unknown>;

/** A client's way of asking twice. */
interface Protocol {
  readonly types: readonly [whole: AnswerType, event: AnswerType];
  /** Asks, and gives the answer as history, and the ids of the calls in it. */
  first(
    clients: Clients,
    stream: boolean,
  ): Promise<{ readonly history: unknown[]; readonly calls: string[] }>;
  /** Asks again, with the answer, results for its calls, and one more question. */
  again(clients: Clients, history: unknown[], calls: string[]): Promise<unknown>;
}

const model = 't';
const ask = 'Hello';
const more = 'And now?';
const result = 'Done.';

const protocols: Readonly<Record<string, Protocol>> = {
  'Chat Completions': {
    types: ['ChatAnswer', 'ChatEvent'],
    async first({ openai: { chat } }, stream) {
      const body = { model, messages: [{ role: 'user' as const, content: ask }] };
      const message = stream
        ? await chat.completions.stream({ ...body, stream_options: { include_usage: true } }).finalMessage()
        : (await chat.completions.create(body)).choices[0]?.message;
      return { history: [message], calls: (message?.tool_calls ?? []).map(({ id }) => id) };
    },
    again({ openai: { chat } }, history, calls) {
      const messages = [
        { role: 'user', content: ask },
        ...history,
        ...calls.map((id) => ({ role: 'tool', tool_call_id: id, content: result })),
        { role: 'user', content: more },
      ] as OpenAI.ChatCompletionMessageParam[];
      return chat.completions.create({ model, messages });
    },
  },
  Responses: {
    types: ['ResponsesAnswer', 'ResponsesEvent'],
    async first({ openai: sdk }, stream) {
      const body = { model, input: ask };
      const response = stream
        ? await sdk.responses.stream(body).finalResponse()
        : await sdk.responses.create(body);
      const calls = response.output.flatMap((item) => (item.type === 'function_call' ? [item.call_id] : []));
      return { history: response.output, calls };
    },
    again({ openai: sdk }, history, calls) {
      const input = [
        { role: 'user', content: ask },
        ...history,
        ...calls.map((call_id) => ({ type: 'function_call_output', call_id, output: result })),
        { role: 'user', content: more },
      ] as OpenAI.Responses.ResponseInput;
      return sdk.responses.create({ model, input });
    },
  },
  Messages: {
    types: ['MessagesAnswer', 'MessagesEvent'],
    async first({ anthropic: sdk }, stream) {
      const body = { model, max_tokens: 4096, messages: [{ role: 'user' as const, content: ask }] };
      const message = stream
        ? await sdk.messages.stream(body).finalMessage()
        : await sdk.messages.create(body);
      const calls = message.content.flatMap((block) => (block.type === 'tool_use' ? [block.id] : []));
      return { history: [{ role: 'assistant', content: message.content }], calls };
    },
    again({ anthropic: sdk }, history, calls) {
      const results = calls.map((tool_use_id) => ({ type: 'tool_result', tool_use_id, content: result }));
      const messages = [
        { role: 'user', content: ask },
        ...history,
        { role: 'user', content: calls.length === 0 ? more : [...results, { type: 'text', text: more }] },
      ] as Anthropic.MessageParam[];
      return sdk.messages.create({ model, max_tokens: 4096, messages });
    },
  },
};

/** The same without a detour. */
async function direct(router: Router, stream: boolean, inParts: boolean): Promise<unknown> {
  const opened = stream ? await router.stream({ prompt: ask }) : undefined;
  if (opened !== undefined) for await (const _ of opened);
  const { content } = opened === undefined ? await router.chat({ prompt: ask }) : await opened.result;
  const calls = content.filter((part) => part.type === 'tool-call' && part.providerExecuted !== true);
  const messages: Message[] = [
    { role: 'user', content: ask },
    { role: 'assistant', content },
    ...(calls.length === 0 ? [] : [{ role: 'tool', content: calls.map(toResult) } as const]),
    { role: 'user', content: inParts && calls.length > 0 ? [{ type: 'text', text: more }] : more },
  ];
  return router.chat({ messages, maxOutputTokens: 4096 });
}

function toResult(part: ContentPart) {
  if (part.type !== 'tool-call') throw new Error('not a call');
  const { toolCallId, toolName } = part;
  return { type: 'tool-result', toolCallId, toolName, output: { type: 'text', value: result } } as const;
}

const compared: readonly ScenarioName[] = [
  'text',
  'parallel tool calls',
  'reasoning',
  'citations',
  'a tool of the vendor’s',
  'a picture that the model made',
  'usage in full',
];

/** What of one vendor's answers has no place in another one's protocol, so that it cannot come back. */
const lost: Readonly<Record<string, Readonly<Partial<Record<ScenarioName, 'whole' | 'streamed' | 'both'>>>>> =
  {
    // Pictures, and what OpenAI's own tools did. Ids of texts are known when their block is over.
    'openai as Messages': { 'a picture that the model made': 'both' },
    'openai-compatible as Messages': { 'a picture that the model made': 'both' },
    'google as Messages': { 'a picture that the model made': 'both', 'a tool of the vendor’s': 'both' },
    'openai-responses as Messages': {
      text: 'streamed',
      'usage in full': 'streamed',
      reasoning: 'streamed',
      'parallel tool calls': 'streamed',
      citations: 'streamed',
      'a tool of the vendor’s': 'both',
      'a picture that the model made': 'both',
    },
    // What the others' own tools did.
    'anthropic as Responses': { 'a tool of the vendor’s': 'both' },
    'google as Responses': { 'a tool of the vendor’s': 'both' },
  };
/** Passed on as they come from the vendor, and shorter in these tests than the SDK says. */
const shortened: readonly string[] = ['citations', 'a tool of the vendor’s'];

describe.each([openai, responses, anthropic, google, compatible])(
  'an answer of $name',
  (fixture: Fixture) => {
    let server: FaultServer;
    let router: Router;
    beforeEach(async () => {
      server = await faultServer();
      const provider = fixture.create(server.url, 'sk-canary-key-0123456789');
      router = createRouter({
        targets: [{ id: 't', provider, model: fixture.model, price: { input: 1, output: 1 } }],
      });
    });
    afterEach(async () => {
      await router.close();
      await server.close();
    });

    describe.each(Object.entries(protocols))('as %s', (name, protocol) => {
      for (const scenario of compared) {
        const wire = fixture.wires[scenario];
        if ('skip' in wire) continue;
        describe.each([
          ['whole', false],
          ['streamed', true],
        ] as const)(`with ${scenario}, %s,`, (how, stream) => {
          const answer = (): void => {
            const { answer: again } = fixture.wires.text as Wire;
            server.behave(stream ? events(wire.stream) : json(wire.answer), json(again));
          };

          it.skipIf(shortened.includes(scenario))('is what the SDK says that it is', async () => {
            const all = clients(router);
            answer();
            await protocol.first(all, stream);
            const [type, eventType] = protocol.types;
            const [{ text } = { text: '' }] = all.answers;
            const said = stream ? eventsIn(text) : [JSON.parse(text)];
            expect(said.length).toBeGreaterThan(0);
            const faults = said.flatMap((entry) =>
              answerFaults(stream ? eventType : type, asTyped(entry, stream)),
            );
            expect(faults).toEqual([]);
          });

          const gone = lost[`${fixture.name} as ${name}`]?.[scenario];
          const loses = gone === 'both' || gone === how;
          it(`comes back to its vendor ${loses ? 'without what has no place there' : 'unchanged'}`, async () => {
            const all = clients(router);
            answer();
            await direct(router, stream, name === 'Messages');
            const wanted = withoutLimits(server.received.at(-1)?.body);
            answer();
            const { history, calls } = await protocol.first(all, stream);
            await protocol.again(all, history, calls);
            const got = withoutLimits(server.received.at(-1)?.body);
            if (loses) expect(got).not.toEqual(wanted);
            else expect(got).toEqual(wanted);
          });
        });
      }
    });
  },
);

/** Only one of the protocols asks for a limit. */
function withoutLimits(body: unknown): unknown {
  const {
    max_tokens: _a,
    max_completion_tokens: _b,
    max_output_tokens: _c,
    generationConfig: _d,
    ...rest
  } = body as Json;
  return rest;
}
