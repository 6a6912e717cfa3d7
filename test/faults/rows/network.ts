import dns from 'node:dns';
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { connect, type Socket } from 'node:net';
import { Worker } from 'node:worker_threads';
import { gzipSync } from 'node:zlib';
import { certificates, trusting } from '../../support/certificates.ts';
import {
  type Behavior,
  flood,
  raw,
  reset,
  shortBody,
  silence,
  socketServer,
} from '../../support/fault-server.ts';
import { interruptedBy, interruptedSo } from '../interrupted.ts';
import { keptBy } from '../memory.ts';
import {
  ask,
  eachWay,
  type Facts,
  type Failure,
  failedOver,
  failsOver,
  healthy,
  onStage,
  pass,
  type Row,
  threeTimes,
  turns,
  until,
  verdict,
} from '../stage.ts';
import { all, type How, ownTransport, type Vendor, words } from '../vendors.ts';

const endpoint = 'failing, with its key and address';
const timeout = { attempt: 10_000, firstToken: 4_000 };
const patience = (how: How): number => (how === 'chat' ? timeout.attempt : timeout.firstToken);
const timedOut = (how: How): Failure => ({
  kind: 'timeout',
  against: 'failing',
  waited: patience(how),
});

/** What T1 answers with is too much: the request goes on, and little has been taken and nothing is kept of it. */
function tooMuch(
  row: Pick<Row, 'number' | 'fault'>,
  ways: readonly How[],
  failure: Failure,
  head: (response: ServerResponse, how: How) => void,
  piece: string,
  megabytes: number,
): Row {
  return {
    ...row,
    vendors: ownTransport,
    expected: () =>
      Object.fromEntries(
        ways.map((how) => [how, { ...failedOver(failure), takenBelow48MB: true, keptBelow5MB: true }]),
      ),
    play: (vendor) =>
      eachWay(
        (how) =>
          onStage(vendor, {}, async (stage) => {
            const { does, served } = flood((response) => head(response, how), piece, megabytes);
            await ask(stage, how).seen; // the SDK is loaded
            stage.t1.received.splice(0);
            let seen: Facts = {};
            const kept = await keptBy(async () => {
              stage.t1.behave(does);
              seen = await threeTimes(stage, how);
              await Promise.all(stage.t1.received.map(({ over }) => over));
            }, 5);
            return { ...seen, takenBelow48MB: served() < 48, keptBelow5MB: kept < 5 };
          }),
        ways,
      ),
  };
}

/** A port whose queue of connections is full, so that the system drops what else wants in: its thread never accepts. */
async function deafPort(): Promise<{ readonly port: number; close(): Promise<number> }> {
  const worker = new Worker(
    `const { parentPort } = require('node:worker_threads');
     const server = require('node:net').createServer();
     server.listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => {
       parentPort.postMessage(server.address().port);
       setImmediate(() => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0));
     });`,
    { eval: true },
  );
  const [port] = (await once(worker, 'message')) as [number];
  return { port, close: () => worker.terminate() };
}

interface Variant {
  readonly onConnection: (socket: Socket, nth: number) => void;
  readonly tls?: { readonly key: string; readonly cert: string };
  /** Another address than the server's own. */
  readonly url?: (url: string) => string;
}

/** Plays three requests at each of several servers that speak no HTTP. */
async function atSockets(
  vendor: Vendor,
  variants: Readonly<Record<string, Variant>>,
  how: How = 'chat',
): Promise<Facts> {
  const seen: Record<string, Facts> = {};
  for (const [name, { onConnection, tls: secret, url = (own: string) => own }] of Object.entries(variants)) {
    const server = await socketServer(onConnection, secret);
    const instead = {
      url: url(server.url),
      get connections() {
        return server.connections;
      },
    };
    const { hits: _, ...facts } = await onStage(vendor, { instead }, (stage) => threeTimes(stage, how));
    seen[name] = facts;
    await server.close();
  }
  return seen;
}

function withoutHits(failure: Failure): Facts {
  const { hits: _, ...facts } = failedOver(failure);
  return facts;
}

/** Once a request has come, answers with these bytes and closes. */
const answersWith =
  (...bytes: readonly string[]) =>
  (socket: Socket): void => {
    socket.once('data', () => {
      for (const piece of bytes) socket.write(piece);
      socket.end();
    });
  };

/** While it plays, the vendor's name cannot be resolved. */
async function withoutName<T>(code: string, play: () => Promise<T>): Promise<T> {
  const { lookup } = dns;
  const resolve = (...given: readonly unknown[]): void => {
    if (given[0] !== nowhere) {
      Reflect.apply(lookup, dns, given);
      return;
    }
    const error = Object.assign(new Error(`getaddrinfo ${code}`), { code, syscall: 'getaddrinfo' });
    queueMicrotask(() => (given.at(-1) as (error: Error) => void)(error));
  };
  dns.lookup = resolve as typeof lookup;
  try {
    return await play();
  } finally {
    dns.lookup = lookup;
  }
}

const nowhere = 'vendor.invalid';
const { key } = certificates;
const greet = answersWith('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok');

/** What happens to connections, and to bodies on their way. */
export const network: readonly Row[] = [
  tooMuch(
    { number: 17, fault: '502 with a page of 50 MB' },
    ['chat'],
    { kind: 'server', against: endpoint },
    (response) => response.writeHead(502, { 'content-type': 'text/html' }),
    `<!doctype html>${'<p>Bad gateway</p>'.repeat(3_600)}`,
    50,
  ),
  {
    number: 19,
    fault: 'a reset before the headers; and in the middle of a stream',
    vendors: all,
    expected: ({ name }) => {
      // The older SDK keeps to itself how a connection failed, so there is no telling a stale one.
      const before = failedOver({
        kind: 'network',
        against: endpoint,
        times: name === 'google-legacy' ? 1 : 2,
      });
      return {
        chat: before,
        stream: before,
        within: interruptedSo('network', 'Hello'),
      };
    },
    play: async (vendor) => ({
      ...(await eachWay((how) =>
        onStage(vendor, {}, (stage) => {
          stage.t1.behave(reset);
          return threeTimes(stage, how);
        }),
      )),
      within: await interruptedBy(vendor, [...vendor.opening, vendor.token], 'reset'),
    }),
  },
  {
    number: 20,
    fault: 'a kept-alive connection is closed just as it is used again',
    vendors: ownTransport,
    expected: () => {
      const seen = {
        answer: 'T1',
        attempts: ['T1 network', 'T1 success'],
        hits: 2,
        waited: 0,
        against: 'nothing',
        again: true,
      };
      return { chat: seen, stream: seen };
    },
    play: (vendor) =>
      eachWay((how) =>
        onStage(vendor, {}, async (stage) => {
          const used = new Set<Socket | null>();
          const good: Behavior = (response, received) => {
            used.add(response.socket);
            return healthy(vendor, words)(response, received);
          };
          let again = true;
          const closes: Behavior = (response) => {
            again &&= used.has(response.socket);
            response.socket?.end();
          };
          let seen: Facts = {};
          for (let round = 0; round < 3; round++) {
            stage.t1.behave(good);
            await ask(stage, how).seen;
            await turns(); // until the connection is free
            stage.t1.behave(closes, good);
            seen = await ask(stage, how).seen;
          }
          return { ...seen, waited: stage.clock.now(), again, against: verdict(stage) };
        }),
      ),
  },
  failsOver({
    number: 23,
    fault: 'takes the request and never answers',
    vendors: all,
    options: { timeout },
    does: () => silence,
    meanwhile: (stage, nth, how) => pass(patience(how))(stage, nth),
    failure: (_, how) => timedOut(how),
  }),
  {
    number: 25,
    fault: 'no answer to the attempt to connect',
    vendors: all,
    expected: () => ({ answer: 'T2', attempts: ['T1 timeout', 'T2 success'] }),
    async play(vendor) {
      const { port, close } = await deafPort();
      const url = `http://127.0.0.1:${port}`;
      const fillers = Array.from({ length: 4 }, () => connect(port, '127.0.0.1').on('error', () => {}));
      try {
        await until(() => fillers.filter(({ readyState }) => readyState === 'open').length >= 2);
        const instead = { url, connections: 0 };
        return await onStage(
          vendor,
          { instead, timeout: { connect: 300, response: 5_000 } },
          async (stage) => {
            const { seen } = ask(stage, 'chat');
            // The older SDK connects as the runtime does, which takes longer: there it shows no sign of life.
            if (vendor.name === 'google-legacy') await turns(50).then(() => stage.clock.advance(5_000));
            const { hits: _, ...facts } = await seen;
            return facts;
          },
        );
      } finally {
        for (const filler of fillers) filler.destroy();
        await close();
      }
    },
  },
  failsOver({
    number: 26,
    fault: 'headers, and then silence',
    vendors: all,
    options: { timeout },
    does: (_, how) => (response) => {
      response.writeHead(200, { 'content-type': how === 'chat' ? 'application/json' : 'text/event-stream' });
      response.flushHeaders();
    },
    meanwhile: (stage, nth, how) => pass(patience(how))(stage, nth),
    failure: (_, how) => timedOut(how),
  }),
  {
    number: 33,
    fault: 'half of the JSON: less than the declared length; a proper end; an end without the last chunk',
    vendors: all,
    expected: ({ name }) => {
      // The older SDK does not say that the answer had begun, so the connection is taken for a stale one.
      const cut = failedOver({ kind: 'network', against: endpoint, times: name === 'google-legacy' ? 2 : 1 });
      return { declared: cut, proper: failedOver({ kind: 'malformed', against: 'failing' }), cut };
    },
    async play(vendor) {
      const body = JSON.stringify(vendor.said(words).answer);
      const half = body.slice(0, body.length / 2);
      const variants: Readonly<Record<string, Behavior>> = {
        declared: shortBody(vendor.said(words).answer),
        proper: raw(half, { 'content-type': 'application/json' }),
        cut: (response) => {
          response.writeHead(200, { 'content-type': 'application/json' });
          response.write(half, () => response.socket?.end());
        },
      };
      const seen: Record<string, Facts> = {};
      for (const [name, does] of Object.entries(variants)) {
        seen[name] = await onStage(vendor, {}, (stage) => {
          stage.t1.behave(does);
          return threeTimes(stage, 'chat');
        });
      }
      return seen;
    },
  },
  tooMuch(
    { number: 36, fault: 'an event of 196 MB without a line end' },
    ['stream'],
    { kind: 'malformed', against: 'failing' },
    (response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write('data: ');
    },
    'x'.repeat(65_536),
    196,
  ),
  {
    number: 37,
    fault: '0.4 MB of gzip that unpack to 400 MB',
    vendors: ownTransport,
    expected: () => ({
      answer: 'T2',
      attempts: ['T1 malformed', 'T2 success'],
      hits: 1,
      keptBelow5MB: true,
    }),
    play: (vendor) =>
      onStage(vendor, {}, async (stage) => {
        const member = gzipSync(Buffer.alloc(4 * 2 ** 20));
        const bomb = Buffer.concat(Array.from({ length: 100 }, () => member));
        await ask(stage, 'chat').seen;
        let seen: Facts = {};
        const kept = await keptBy(async () => {
          stage.t1.behave(raw(bomb, { 'content-type': 'application/json', 'content-encoding': 'gzip' }));
          seen = await ask(stage, 'chat').seen;
        }, 5);
        return { ...seen, keptBelow5MB: kept < 5 };
      }),
  },
  {
    number: 46,
    fault: 'a certificate that has expired; one of another host; a port that speaks no TLS',
    vendors: all,
    expected: ({ name }) => {
      const seen = withoutHits(
        // The older SDK does not say why it cannot connect.
        name === 'google-legacy'
          ? { kind: 'network', against: endpoint }
          : { kind: 'auth', against: 'misconfigured, with its key and address' },
      );
      return { expired: seen, elsewhere: seen, plain: seen };
    },
    play: (vendor) =>
      trusting(certificates.authority, () =>
        atSockets(vendor, {
          expired: { onConnection: greet, tls: { key, cert: certificates.expired } },
          elsewhere: { onConnection: greet, tls: { key, cert: certificates.elsewhere } },
          plain: { onConnection: greet, url: (url) => url.replace('http:', 'https:') },
        }),
      ),
  },
  {
    number: 47,
    fault: 'its name cannot be resolved: ENOTFOUND, EAI_AGAIN',
    vendors: all,
    expected: () => {
      const seen = withoutHits({ kind: 'network', against: endpoint });
      return { ENOTFOUND: seen, EAI_AGAIN: seen };
    },
    async play(vendor) {
      const seen: Record<string, Facts> = {};
      for (const code of ['ENOTFOUND', 'EAI_AGAIN']) {
        const instead = { url: `http://${nowhere}`, connections: 0 };
        const { hits: _, ...facts } = await withoutName(code, () =>
          onStage(vendor, { instead }, (stage) => threeTimes(stage, 'chat')),
        );
        seen[code] = facts;
      }
      return seen;
    },
  },
  {
    number: 48,
    fault: 'bytes that are no HTTP; thousands of 103; headers of 800 KB',
    vendors: all,
    expected: ({ name }) => ({
      garbage: withoutHits({ kind: 'network', against: endpoint }),
      // An end before the headers may be a stale connection, so it is tried once more.
      informational: withoutHits({
        kind: 'network',
        against: endpoint,
        times: name === 'google-legacy' ? 1 : 2,
      }),
      headers: withoutHits({ kind: 'network', against: endpoint }),
    }),
    play: (vendor) =>
      atSockets(vendor, {
        garbage: { onConnection: answersWith('\u0000\u0001 what is this?\r\n\r\n') },
        informational: {
          onConnection: answersWith(
            ...Array.from({ length: 5_000 }, () => 'HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n'),
          ),
        },
        headers: {
          onConnection: answersWith(
            'HTTP/1.1 200 OK\r\n',
            ...Array.from({ length: 100 }, (_, index) => `x-${index}: ${'x'.repeat(8_192)}\r\n`),
            '\r\n',
          ),
        },
      }),
  },
];
