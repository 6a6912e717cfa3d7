import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { Anthropic } from '@anthropic-ai/sdk';
import { GoogleGenAI } from '@google/genai';
import { GoogleGenerativeAI } from '@google/generative-ai';
import { OpenAI } from 'openai';
import { createRouter, type Provider, type ProviderError } from 'signalbox';
import { anthropic } from 'signalbox/anthropic';
import { google } from 'signalbox/google';
import { openai } from 'signalbox/openai';
import { openaiCompatible } from 'signalbox/openai-compatible';
import { virtualClock } from 'signalbox/testing';
import { afterEach, describe, expect, it } from 'vitest';
import { failurePolicyOf } from '../../src/core/attempt/failure/failure-policy.ts';
import type { Fetch } from '../../src/transport/transport.ts';
import { callOf } from '../conformance/scenarios.ts';
import { type Behavior, type FaultServer, faultServer, html, json, raw } from '../support/fault-server.ts';
import { inspected } from '../support/inspected.ts';
import { outcome, rejection } from '../support/requests.ts';

const model = 'gemini-2.5-flash';
const apiKey = 'sk-canary';

/** Providers whose requests go through our own transport. */
const own = {
  openai: (baseURL: string, more: object = {}) => openai({ baseURL, apiKey, ...more }),
  responses: (baseURL: string, more: object = {}) => openai({ baseURL, apiKey, api: 'responses', ...more }),
  anthropic: (baseURL: string, more: object = {}) => anthropic({ baseURL, apiKey, ...more }),
  gemini: (baseURL: string, more: object = {}) => google({ baseURL, apiKey, ...more }),
  compatible: (baseURL: string, more: object = {}) =>
    openaiCompatible({ name: 'house', baseURL, apiKey, ...more }),
};
const legacy = (baseURL: string): Provider => google({ baseURL, apiKey, sdk: 'generative-ai' });
const everyone: Readonly<Record<string, (baseURL: string) => Provider>> = { ...own, legacy };
const names = Object.keys(own) as readonly (keyof typeof own)[];

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});
async function served(...behaviors: readonly Behavior[]): Promise<FaultServer> {
  const server = await faultServer(...behaviors);
  closing.push(() => server.close());
  return server;
}

/** A server that answers any request with these bytes, which need not be HTTP. */
async function bytesServer(bytes: string): Promise<string> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.once('data', () => socket.end(bytes));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closing.push(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const errorsOf = async (provider: Provider): Promise<readonly ProviderError[]> => {
  const reading = async (): Promise<void> => {
    for await (const part of provider.stream(callOf('text', model))) expect(part.type).not.toBe('finish');
  };
  const errors = [await rejection(provider.chat(callOf('text', model))), await rejection(reading())];
  return errors as ProviderError[];
};
const follows = (error: ProviderError) => {
  const { failover, retry, health } = failurePolicyOf(error, () => undefined);
  return { failover, retry, health };
};

/** What `fetch` throws when the system below it fails. */
const failingFetch =
  (code: string): Fetch =>
  () =>
    Promise.reject(
      new TypeError('fetch failed', { cause: Object.assign(new Error(`no luck with ${apiKey}`), { code }) }),
    );

describe('connections that cannot be established', () => {
  const breaks = { failover: true, retry: true, health: 'failure' };
  const misconfigured = { failover: true, retry: false, health: 'quarantine' };

  it.each([
    ['ENOTFOUND', 'network', breaks],
    ['EAI_AGAIN', 'network', breaks],
    ['ECONNREFUSED', 'network', breaks],
    ['EHOSTUNREACH', 'network', breaks],
    ['ENETUNREACH', 'network', breaks],
    ['ECONNRESET', 'network', breaks],
    ['EPIPE', 'network', breaks],
    ['UND_ERR_SOCKET', 'network', breaks],
    ['UND_ERR_CONNECT_TIMEOUT', 'timeout', breaks],
    ['ETIMEDOUT', 'timeout', breaks],
    ['ERR_SSL_TLSV1_ALERT_INTERNAL_ERROR', 'network', breaks],
    ['HPE_INVALID_CONSTANT', 'network', breaks],
    ['UND_ERR_HEADERS_OVERFLOW', 'network', breaks],
    ['CERT_HAS_EXPIRED', 'auth', misconfigured],
    ['CERT_NOT_YET_VALID', 'auth', misconfigured],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'auth', misconfigured],
    ['SELF_SIGNED_CERT_IN_CHAIN', 'auth', misconfigured],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', 'auth', misconfigured],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'auth', misconfigured],
    ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 'auth', misconfigured],
    ['ERR_SSL_WRONG_VERSION_NUMBER', 'auth', misconfigured],
    ['ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED', 'auth', misconfigured],
  ])('%s is a failure of the endpoint: %s', async (code, kind, expected) => {
    for (const name of names) {
      for (const error of await errorsOf(own[name]('https://example.com', { fetch: failingFetch(code) }))) {
        expect(error).toMatchObject({ kind, scope: 'endpoint', vendorCode: code, answered: false });
        expect(follows(error)).toEqual(expected);
        expect(inspected(error)).not.toContain(apiKey);
      }
    }
  });

  it.each(['EMFILE', 'ENFILE', 'ENOBUFS', 'EADDRNOTAVAIL'])(
    '%s says nothing about the endpoint',
    async (code) => {
      for (const name of names) {
        for (const error of await errorsOf(own[name]('https://example.com', { fetch: failingFetch(code) }))) {
          expect(error).toMatchObject({
            kind: 'network',
            scope: 'request',
            vendorCode: code,
            answered: false,
          });
          expect(follows(error)).toEqual({ failover: true, retry: true, health: 'nothing' });
        }
      }
    },
  );

  it('plain HTTP to a TLS server is a misconfiguration', async () => {
    const server = await served(json({}));
    for (const name of names) {
      for (const error of await errorsOf(own[name](server.url.replace('http:', 'https:')))) {
        expect(error).toMatchObject({ kind: 'auth', scope: 'endpoint' });
      }
    }
  });

  it.each([
    ['no HTTP at all', 'SSH-2.0-OpenSSH_9.2\r\n'],
    ['HTTP that breaks off', 'HTTP/1.1 200 OK\r\ncontent-ty'],
    ['a header that is none', 'HTTP/1.1 200 OK\r\n\0: x\r\n\r\n'],
    ['nothing', ''],
    ['headers without end', `HTTP/1.1 200 OK\r\n${'x-a: y\r\n'.repeat(20_000)}\r\n{}`],
    ['a chunk of no size', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n'],
  ])('%s is a broken connection', async (_, bytes) => {
    const url = await bytesServer(bytes);
    for (const make of Object.values(everyone)) {
      for (const error of await errorsOf(make(url))) {
        expect(['network', 'malformed', 'truncated']).toContain(error.kind);
        expect(follows(error)).toMatchObject({ failover: true, health: 'failure' });
      }
    }
  });

  it('a request succeeds after the server closed a kept connection', async () => {
    const answer = { choices: [{ message: { content: 'Hi' }, finish_reason: 'stop' }] };
    const server = await served(
      json(answer),
      (response) => void response.socket?.resetAndDestroy(),
      json(answer),
    );
    const router = createRouter({
      clock: virtualClock(),
      targets: [{ id: 'only', provider: own.compatible(server.url), model, price: { input: 1, output: 1 } }],
    });
    await router.chat({ prompt: 'Hi' });
    expect((await router.chat({ prompt: 'Hi' })).attempts.map(({ outcome: came }) => came)).toEqual([
      'failed',
      'success',
    ]);
    expect(router.stats()[0]).toMatchObject({ health: 'healthy', failures: 0 });
    await router.close();
  });
});

describe('answers that do not come from the vendor', () => {
  it.each([500, 502, 503, 504])('a web page with status %s is a failure of the endpoint', async (status) => {
    const server = await served(html(status));
    for (const make of Object.values(own)) {
      for (const error of await errorsOf(make(server.url))) {
        expect(error).toMatchObject({ status, scope: 'endpoint' });
        expect(follows(error)).toMatchObject({ failover: true, health: 'failure' });
      }
    }
  });

  it('text of a web page is not read as the vendor’s error', async () => {
    const page = `<!doctype html><html><body>insufficient_quota: prompt is too long, limit: 0,
      credit balance is too low, moderation, API key not valid. Please try again in 7s</body></html>`;
    for (const status of [400, 403, 429, 503]) {
      const server = await served(raw(page, { 'content-type': 'text/html' }, status));
      const kinds = { 400: 'bad-request', 403: 'auth', 429: 'rate-limit', 503: 'overloaded' } as const;
      for (const make of Object.values(own)) {
        const kind = kinds[status as keyof typeof kinds];
        for (const error of await errorsOf(make(server.url))) {
          // A page that forbids something does not say what.
          const scope = status === 403 ? 'request' : 'endpoint';
          expect(error).toMatchObject({ kind, scope, retryAfter: undefined, limit: undefined });
        }
      }
    }
  });

  it.each([300, 304, 305])('status %s, a redirect, is a wrong address', async (status) => {
    const server = await served(raw('', { location: 'http://127.0.0.1:9/' }, status));
    for (const make of Object.values(own)) {
      for (const error of await errorsOf(make(server.url))) {
        expect(error).toMatchObject({ kind: 'bad-request', scope: 'endpoint' });
        expect(follows(error)).toEqual({ failover: false, retry: false, health: 'nothing' });
      }
    }
  });
});

describe('an injected client whose key cannot be a header', () => {
  const bad = `${apiKey}\n${apiKey}`;
  const url = 'http://127.0.0.1:9';
  it.each<[string, () => Provider]>([
    ['openai', () => openai({ client: new OpenAI({ apiKey: bad, baseURL: url }) })],
    ['anthropic', () => anthropic({ client: new Anthropic({ apiKey: bad, baseURL: url }) })],
    ['genai', () => google({ client: new GoogleGenAI({ apiKey: bad, httpOptions: { baseUrl: url } }) })],
    ['generative-ai', () => google({ client: new GoogleGenerativeAI(bad) })],
    ['openai, beyond bytes', () => openai({ client: new OpenAI({ apiKey: `${apiKey}€`, baseURL: url }) })],
  ])('%s: is reported as an invalid option, without the key, and affects no health', async (_, make) => {
    const router = createRouter({
      clock: virtualClock(),
      targets: [{ id: 'only', provider: make(), model, price: { input: 1, output: 1 } }],
    });
    for (const ask of [() => router.chat({ prompt: 'Hi' }), () => router.stream({ prompt: 'Hi' })]) {
      const { error } = (await outcome<unknown>(ask())) as { error: unknown };
      expect(error).toMatchObject({ code: 'config' });
      expect(inspected(error)).not.toContain(apiKey);
    }
    expect(router.stats()[0]).toMatchObject({ health: 'healthy', failures: 0 });
    await router.close();
  });
});
