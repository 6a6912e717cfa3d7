import { constants } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer as createRelay, type Server, type Socket } from 'node:net';
import { createServer, type TLSSocket, type TlsOptions } from 'node:tls';
import { afterEach, describe, expect, it } from 'vitest';
import { type Body, readText } from '../../src/transport/body.ts';
import { toReportedError } from '../../src/transport/node/errors.ts';
import { createTransport, Exchange, type Transport } from '../../src/transport/transport.ts';
import { certificates, trusting } from '../support/certificates.ts';
import { type SocketServer, socketServer } from '../support/fault-server.ts';
import { overNodeHTTP } from '../support/over-node-http.ts';
import { rejection } from '../support/requests.ts';

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

/** A TLS server behind a relay that can send bytes of its own. */
interface Relayed {
  readonly url: string;
  /** The relay's connections with the client, in order. */
  readonly links: readonly Socket[];
}

async function relayed(onConnection: (socket: TLSSocket) => void, more: TlsOptions = {}): Promise<Relayed> {
  const { key, here: cert } = certificates;
  const server = createServer({ key, cert, ...more }, (socket) => {
    socket.on('error', () => {});
    onConnection(socket);
  });
  server.on('tlsClientError', () => {});
  const port = await listening(server);
  const links: Socket[] = [];
  const relay = createRelay((link) => {
    links.push(link);
    const behind = connect(port, '127.0.0.1');
    link.on('error', () => {}).on('close', () => behind.destroy());
    behind.on('error', () => link.destroy()).on('end', () => link.end());
    link.on('data', (bytes) => behind.write(bytes));
    behind.on('data', (bytes) => link.write(bytes));
  });
  const url = `https://127.0.0.1:${await listening(relay)}`;
  closing.push(() => {
    for (const link of links) link.destroy();
    relay.close();
    server.close();
  });
  return { url, links };
}

/** Waits until the client has closed a connection. */
async function closed(link: Socket | undefined): Promise<void> {
  if (link?.destroyed === false) await new Promise((resolve) => link.once('close', resolve));
}

async function listening(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

async function handshakeEnds(onConnection: (socket: Socket) => void): Promise<SocketServer> {
  const server = await socketServer(onConnection);
  closing.push(() => server.close());
  return server;
}

const transportTo = (baseURL: string): Transport =>
  createTransport({ provider: 'p', baseURL, failures: [], allowHeaders: [] });

async function ask(url: string, transport = transportTo(url), connectTimeout?: number): Promise<Body> {
  const init = { method: 'POST', body: '{}' };
  const call = connectTimeout === undefined ? {} : { connectTimeout };
  return (await transport.send(`${url}/`, init, new Exchange(false, call))).body;
}

const head = 'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n';
const whole = `${head}content-length: 2\r\n\r\n{}`;
/** A record of application data that nobody has encrypted. */
const garbage = Buffer.from([23, 3, 3, 0, 32, ...Array.from({ length: 32 }, () => 7)]);
/** https://www.rfc-editor.org/rfc/rfc8446#section-6 */
const fatal = (alert: number): Buffer => Buffer.from([21, 3, 3, 0, 2, 2, alert]);
const broken = { kind: 'network', vendorCode: 'ECONNRESET' };

const clients = [
  ['undici’s dispatch', () => {}],
  ['node:http', overNodeHTTP],
] as const;
const versions = ['TLSv1.2', 'TLSv1.3'] as const;

describe.each(clients)('over %s', (_, over) => {
  over();
  const here = <T>(play: () => Promise<T>): Promise<T> => trusting(certificates.here, play);

  it.each(versions)('%s that breaks before an answer is a broken connection', (maxVersion) =>
    here(async () => {
      const server = await relayed((socket) => socket.once('data', () => server.links[0]?.write(garbage)), {
        maxVersion,
      });
      expect(await rejection(ask(server.url))).toMatchObject({ ...broken, answered: false });
      expect(server.links).toHaveLength(1);
      await closed(server.links[0]);
    }),
  );

  it.each(versions)('%s that breaks in the middle of an answer is a broken connection', (maxVersion) =>
    here(async () => {
      const server = await relayed(
        (socket) => socket.once('data', () => socket.write(`${head}content-length: 9\r\n\r\n{"a"`)),
        { maxVersion },
      );
      const body = await ask(server.url);
      server.links[0]?.write(garbage);
      expect(await rejection(readText(body))).toMatchObject({ ...broken, answered: true });
      await closed(server.links[0]);
    }),
  );

  it('a connection that breaks between two requests is closed, and the next one opens its own', () =>
    here(async () => {
      const server = await relayed((socket) => socket.on('data', () => socket.write(whole)));
      const transport = transportTo(server.url);
      expect(await readText(await ask(server.url, transport))).toBe('{}');
      server.links[0]?.write(garbage);
      await closed(server.links[0]);
      expect(await readText(await ask(server.url, transport))).toBe('{}');
      expect(server.links).toHaveLength(2);
    }));

  it('a connection that breaks before its first request is closed, and the request opens its own', () =>
    here(async () => {
      const server = await relayed((socket) => socket.on('data', () => socket.write(whole)));
      const transport = transportTo(server.url);
      await transport.warmup(new AbortController().signal);
      server.links[0]?.write(garbage);
      await closed(server.links[0]);
      expect(await readText(await ask(server.url, transport))).toBe('{}');
      expect(server.links).toHaveLength(2);
    }));

  it('a session that the server does not resume is not offered again', () =>
    here(async () => {
      const sessions = new Set<string>();
      const { SSL_OP_NO_TICKET: secureOptions } = constants;
      const { key, here: cert } = certificates;
      const server = createServer({ key, cert, maxVersion: 'TLSv1.2', secureOptions }, (socket) => {
        socket.on('error', () => {});
        socket.on('data', () => socket.end(whole.replace('\r\n', '\r\nconnection: close\r\n')));
      });
      server.on('tlsClientError', () => {});
      server.on('newSession', (id: Buffer, _: Buffer, done: () => void) => {
        sessions.add(id.toString('hex'));
        done();
      });
      let offered = 0;
      // Clients that know no session make up an id, too.
      server.on('resumeSession', (id: Buffer, done: (error: Error | null, data: Buffer | null) => void) => {
        const isKnown = sessions.has(id.toString('hex'));
        if (isKnown) offered += 1;
        done(isKnown ? new Error('no') : null, null);
      });
      const url = `https://127.0.0.1:${await listening(server)}`;
      closing.push(() => server.close());
      const transport = transportTo(url);
      expect(await readText(await ask(url, transport))).toBe('{}');
      expect(await rejection(ask(url, transport))).toMatchObject({ kind: 'network' });
      expect(await readText(await ask(url, transport))).toBe('{}');
      expect([offered, sessions.size]).toEqual([1, 2]);
    }));

  it('a server that wants a certificate from its clients is a misconfigured one', () =>
    here(async () => {
      // In TLS 1.3 it says so after the handshake, and the connection may break before that is read.
      const wanting = { requestCert: true, rejectUnauthorized: true, maxVersion: 'TLSv1.2' } as const;
      const server = await relayed((socket) => socket.on('data', () => socket.write(whole)), wanting);
      const vendorCode = expect.stringMatching(/^ERR_SSL_\w+HANDSHAKE_FAILURE$/);
      expect(await rejection(ask(server.url))).toMatchObject({ kind: 'auth', scope: 'endpoint', vendorCode });
    }));

  it('a server that refuses the handshake is a misconfigured one', async () => {
    const { url } = await handshakeEnds((socket) => socket.once('data', () => socket.end(fatal(40))));
    const vendorCode = expect.stringMatching(/^ERR_SSL_\w+HANDSHAKE_FAILURE$/);
    const error = await rejection(ask(url.replace('http:', 'https:')));
    expect(error).toMatchObject({ kind: 'auth', scope: 'endpoint', vendorCode });
  });

  it('an internal error of the server in the handshake is a failed connection', async () => {
    const { url } = await handshakeEnds((socket) => socket.once('data', () => socket.end(fatal(80))));
    expect(await rejection(ask(url.replace('http:', 'https:')))).toMatchObject({ kind: 'network' });
  });

  it('a handshake that hangs is a connect timeout', async () => {
    const { url: plain } = await handshakeEnds((socket) => socket.resume());
    const url = plain.replace('http:', 'https:');
    expect(await rejection(ask(url, transportTo(url), 20))).toMatchObject({
      kind: 'timeout',
      scope: 'endpoint',
      vendorCode: 'UND_ERR_CONNECT_TIMEOUT',
    });
  });
});

it('a server that wants a certificate is no broken connection, even after the handshake', () => {
  const code = 'ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED';
  expect(toReportedError(Object.assign(new Error('no'), { code }), true)).toMatchObject({ code });
});
