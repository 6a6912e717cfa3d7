import type { ServerResponse } from 'node:http';
import { type AttemptSummary, createRouter, type RequestEndEvent, type RouterOptions } from 'signalbox';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type How, ownTransport, vendors, words } from '../faults/vendors.ts';
import { type FaultServer, faultServer } from '../support/fault-server.ts';
import { outcome, read } from '../support/requests.ts';

const ask = { prompt: 'Hi' };
const price = { input: 1, output: 1 };
const hows: readonly How[] = ['chat', 'stream'];

/** A vendor's whole answer in one packet. */
function send(
  response: ServerResponse,
  wire: { readonly answer: unknown; readonly stream: readonly string[] },
  how: How,
): void {
  const type = how === 'chat' ? 'application/json' : 'text/event-stream';
  response.writeHead(200, { 'content-type': type });
  response.end(how === 'chat' ? JSON.stringify(wire.answer) : wire.stream.join(''));
}

describe.each(ownTransport)('what %s has sent of an answer that is left early', (name) => {
  const vendor = vendors[name];
  const said = vendor.said(words);
  let servers: readonly [FaultServer, FaultServer];
  beforeEach(async () => {
    servers = await Promise.all([faultServer(), faultServer()]);
  });
  afterEach(async () => {
    await Promise.all(servers.map((server) => server.close()));
  });

  function world(hedge: RouterOptions['hedge'] = false) {
    const router = createRouter({
      targets: servers.map(({ url }, index) => ({
        id: `t${index}`,
        provider: vendor.create(url),
        model: vendor.model,
        price,
      })),
      hedge,
    });
    const ends: RequestEndEvent[] = [];
    router.on('request-end', (event) => ends.push(event));
    return { router, attempts: (): readonly AttemptSummary[] => ends.flatMap(({ attempts }) => attempts) };
  }

  it.each(hows)('is counted exactly where another target answers a %s at the same moment', async (how) => {
    let first: ServerResponse | undefined;
    servers[0].behave((response) => {
      first = response;
    });
    servers[1].behave((response) => {
      send(response, said, how);
      if (first !== undefined) send(first, said, how);
    });
    const { router, attempts } = world({ delay: 5, ratio: 1 });
    if (how === 'chat') await router.chat(ask);
    else await read(await router.stream(ask));
    const winner = attempts().find((attempt) => attempt.outcome === 'success');
    const loser = attempts().find((attempt) => attempt.outcome === 'abandoned');
    expect(winner).toMatchObject({ billed: 'yes', cost: { estimated: false } });
    expect(loser).toMatchObject({
      outcome: 'abandoned',
      billed: 'yes',
      usage: winner?.usage,
      cost: winner?.cost,
    });
  });

  it('is counted exactly where the reader leaves a stream after its first token', async () => {
    servers[0].behave((response) => send(response, said, 'stream'));
    const whole = world();
    await read(await whole.router.stream(ask));
    const left = world();
    for await (const part of await left.router.stream(ask)) if (part.type === 'text-delta') break;
    const [{ usage, cost } = { usage: {} }] = whole.attempts();
    expect(left.attempts()).toMatchObject([{ outcome: 'abandoned', billed: 'yes', usage, cost }]);
  });

  it('is counted exactly where the caller aborts a stream', async () => {
    servers[0].behave((response) => send(response, said, 'stream'));
    const { router, attempts } = world();
    const caller = new AbortController();
    const reading = outcome(
      (async () => {
        for await (const part of await router.stream(ask, { signal: caller.signal }))
          if (part.type === 'text-delta') caller.abort();
      })(),
    );
    expect(await reading).toMatchObject({ error: { name: 'AbortError' } });
    const [attempt] = attempts();
    expect(attempt).toMatchObject({ outcome: 'abandoned', billed: 'yes', cost: { estimated: false } });
  });

  it('is estimated where the vendor’s count has not arrived', async () => {
    servers[0].behave((response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write([...vendor.opening, vendor.token].join(''));
    });
    const { router, attempts } = world();
    for await (const part of await router.stream(ask)) if (part.type === 'text-delta') break;
    const [attempt] = attempts();
    expect(attempt).toMatchObject({ outcome: 'abandoned', billed: 'unknown', cost: { estimated: true } });
    expect(attempt?.usage?.outputTokens).toBeGreaterThan(0);
  });
});
