import type { Provider, ProviderErrorKind } from 'signalbox';
import { anthropic } from 'signalbox/anthropic';
import { google } from 'signalbox/google';
import { openai } from 'signalbox/openai';
import { openaiCompatible } from 'signalbox/openai-compatible';
import { fixture as anthropicFixture } from '../conformance/fixtures/anthropic.ts';
import { fixture as googleFixture } from '../conformance/fixtures/google.ts';
import { fixture as googleLegacyFixture } from '../conformance/fixtures/google-legacy.ts';
import { fixture as openaiFixture } from '../conformance/fixtures/openai.ts';
import { fixture as openaiCompatibleFixture } from '../conformance/fixtures/openai-compatible.ts';
import { fixture as openaiResponsesFixture } from '../conformance/fixtures/openai-responses.ts';
import type { Fixture, Wire, WireFailure } from '../conformance/suite.ts';
import { type Behavior, events, json } from '../support/fault-server.ts';

export type VendorName =
  | 'openai'
  | 'openai-responses'
  | 'anthropic'
  | 'google'
  | 'google-legacy'
  | 'openai-compatible';
export type How = 'chat' | 'stream';

/** One vendor's words for what the matrix plays. */
export interface Vendor {
  readonly name: VendorName;
  readonly model: string;
  create(url: string, apiKey?: string): Provider;
  /** The same with several keys. */
  withKeys(url: string, keys: readonly string[]): Provider;
  readonly wires: Fixture['wires'];
  /** A complete answer. */
  said(text: string): Pick<Wire, 'answer' | 'stream'>;
  /** What a stream begins with before its first token; one token, `Hello`; and what follows after the last one. */
  readonly opening: readonly string[];
  readonly token: string;
  readonly closing: readonly string[];
  /** A refusal over HTTP, as the vendor words it. */
  refusal(kind: ProviderErrorKind): WireFailure;
  /** A refusal that says when to come back. */
  later(ms: number): Behavior;
  /** An overload, as an event of a stream that began with status 200. */
  readonly overload: string;
}

const pools: Readonly<Record<VendorName, Vendor['withKeys']>> = {
  openai: (url, keys) => openai({ baseURL: `${url}/v1`, keys }),
  'openai-responses': (url, keys) => openai({ baseURL: `${url}/v1`, keys, api: 'responses' }),
  anthropic: (baseURL, keys) => anthropic({ baseURL, keys }),
  google: (baseURL, keys) => google({ baseURL, keys }),
  'google-legacy': (baseURL, keys) => google({ baseURL, keys, sdk: 'generative-ai' }),
  'openai-compatible': (url, keys) => openaiCompatible({ name: 'house', baseURL: `${url}/v1`, keys }),
};

const fixtures: Readonly<Record<VendorName, Fixture>> = {
  openai: openaiFixture,
  'openai-responses': openaiResponsesFixture,
  anthropic: anthropicFixture,
  google: googleFixture,
  'google-legacy': googleLegacyFixture,
  'openai-compatible': openaiCompatibleFixture,
};

export const words = 'Hello there, friend';
export const isGoogle = (name: VendorName): boolean => name.startsWith('google');

/** Refusals of which the fixtures have several of one kind. */
const plainest: Partial<Record<ProviderErrorKind, string>> = {
  'not-found': '404 model',
  'bad-request': '400',
  'context-length': '400 too long',
};

function vendor(name: VendorName): Vendor {
  const { model, create, wires, failures, errorEvent } = fixtures[name];
  const text = wires.text as Wire;
  const first = text.stream.findIndex((event) => event.includes('Hello'));
  const last = text.stream.findLastIndex((event) => event.includes(', friend') && !event.includes(words));
  return {
    name,
    model,
    withKeys: pools[name],
    create: (url, apiKey = 'sk-canary-0123456789') => create(url, apiKey),
    wires,
    said(said) {
      const inJSON = JSON.stringify(said).slice(1, -1);
      const replace = (wire: string): string => wire.replaceAll(words, () => inJSON);
      return {
        answer: JSON.parse(replace(JSON.stringify(text.answer))),
        stream: [
          ...text.stream.slice(0, first),
          (text.stream[first] ?? '').replace('"Hello"', () => `"${inJSON}"`),
          ...text.stream.slice(last + 1).map(replace),
        ],
      };
    },
    opening: text.stream.slice(0, first),
    token: text.stream[first] ?? '',
    closing: text.stream.slice(last + 1),
    refusal(kind) {
      const found = failures.find(
        (failure) => (plainest[kind] ?? failure.name) === failure.name && failure.expected.kind === kind,
      );
      if (found === undefined) throw new Error(`${name} has no words for ${kind}`);
      return found;
    },
    later(ms) {
      if (isGoogle(name)) {
        const retryInfo = {
          '@type': 'type.googleapis.com/google.rpc.RetryInfo',
          retryDelay: `${ms / 1000}s`,
        };
        const error = {
          code: 429,
          status: 'RESOURCE_EXHAUSTED',
          message: 'Quota exceeded',
          details: [retryInfo],
        };
        return json({ error }, 429);
      }
      const { body } = this.refusal('rate-limit');
      return json(
        body,
        429,
        name === 'anthropic' ? { 'retry-after': String(ms / 1000) } : { 'retry-after-ms': String(ms) },
      );
    },
    overload:
      name === 'openai-responses'
        ? 'event: error\ndata: {"type":"error","code":"server_is_overloaded","message":"no","param":null}\n\n'
        : name === 'openai-compatible'
          ? openaiFixture.errorEvent.event
          : errorEvent.event,
  };
}

export const vendors: Readonly<Record<VendorName, Vendor>> = {
  openai: vendor('openai'),
  'openai-responses': vendor('openai-responses'),
  anthropic: vendor('anthropic'),
  google: vendor('google'),
  'google-legacy': vendor('google-legacy'),
  'openai-compatible': vendor('openai-compatible'),
};

export const all = Object.keys(vendors) as readonly VendorName[];
/** Those whose bytes go through signalbox's own transport. */
export const ownTransport = all.filter((name) => fixtures[name].ownTransport === true);
/** Those that speak Chat Completions. */
export const chatCompletions: readonly VendorName[] = ['openai', 'openai-compatible'];

/** A refusal as what a server does. */
export function refuse(vendor: Vendor, kind: ProviderErrorKind): Behavior {
  const { body, status, headers } = vendor.refusal(kind);
  return json(body, status, headers);
}

/** A complete answer as what a server does. */
export function answer(vendor: Vendor, how: How, text = words): Behavior {
  const said = vendor.said(text);
  return how === 'chat' ? json(said.answer) : events(said.stream);
}
