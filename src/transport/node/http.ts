import type { Agent, ClientRequest } from 'node:http';
import type { Socket } from 'node:net';
import type { Answer } from '../response.ts';
import { openAhead } from './ahead.ts';
import { connectionLost, decoded, type NodeBody, nodeBody } from './body.ts';
import {
  idleTimeout,
  maxTimer,
  type NodeClient,
  type NodeRequest,
  type Origin,
  ofConnection,
  usualHeaders,
} from './client.ts';
import { connectTimeoutError, toReportedError } from './errors.ts';
import { headerReader } from './headers.ts';

/** Maximum idle connections kept open. */
const maxFreeSockets = 256;

/** The client over `node:http`. */
export function overNodeHTTP({ host, address, tls, modules }: Origin): NodeClient {
  const { http, https, zlib } = modules;
  const client = tls === undefined ? http : https;
  const agent: Agent = new client.Agent({ keepAlive: true, maxFreeSockets, timeout: idleTimeout });
  const usual: Readonly<Record<string, string>> = { host, ...usualHeaders };
  const connectEvent = tls === undefined ? 'connect' : 'secureConnect';
  const connect = agent.createConnection.bind(agent);
  const options = { ...address, ...tls, noDelay: true, keepAlive: true, timeout: idleTimeout };
  const ahead = openAhead(
    () => connect(options) as Socket,
    connectEvent,
    () => Object.keys({ ...agent.sockets, ...agent.freeSockets }).length > 0,
  );
  agent.createConnection = (options, created) => ahead.take() ?? connect(options, created);
  const readHeaders = headerReader();

  const open = ({ method, path, headers, body, traffic }: NodeRequest): ClientRequest => {
    const size = Buffer.byteLength(body);
    traffic.sent += size;
    const lines = ['content-length', String(size)];
    for (const name in usual) if (headers[name] === undefined) lines.push(name, usual[name] ?? '');
    for (const name in headers) if (!ofConnection.has(name)) lines.push(name, headers[name] ?? '');
    return client.request({ ...address, agent, method, path, headers: lines, setHost: false });
  };

  const send = (options: NodeRequest): Promise<Answer> =>
    new Promise((resolve, reject) => {
      const { signal, connectTimeout, body: sent } = options;
      if (signal?.aborted) throw signal.reason;
      const request = open(options);
      let body: NodeBody | undefined;
      let isConnected = request.reusedSocket;
      let timer: ReturnType<typeof setTimeout> | undefined;
      if (!isConnected) {
        timer = connectTimer(request, connectTimeout);
        onConnected(request, connectEvent, () => {
          isConnected = true;
          clearTimeout(timer);
        });
      }
      const settle = (): void => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', onAbort);
      };
      const fail = (error: unknown): void => {
        // If one idle connection was closed, the others most likely are too.
        if (body === undefined && request.reusedSocket && signal?.aborted !== true) closeIdle(agent);
        settle();
        reject(error);
        body?.fail(error);
      };
      const onAbort = (): void => {
        fail(signal?.reason);
        request.destroy();
      };
      signal?.addEventListener('abort', onAbort, { once: true });
      request.on('error', (error) => fail(toReportedError(error, isConnected)));
      request.on('close', () => {
        if (body === undefined) fail(connectionLost());
      });
      request.on('response', (response) => {
        const { statusCode: status = 0 } = response;
        const headers = readHeaders(response.rawHeaders);
        const stream = decoded(response, headers.get('content-encoding'), zlib);
        body = nodeBody(stream, () => request.destroy(), settle);
        resolve({ status, headers, body });
      });
      request.end(sent);
    });

  return { send, warmup: ahead.warmup };
}

/** Ends a request that has no connection in time. */
function connectTimer(
  request: ClientRequest,
  ms: number | undefined,
): ReturnType<typeof setTimeout> | undefined {
  if (ms === undefined || ms > maxTimer) return undefined;
  return setTimeout(() => request.destroy(connectTimeoutError(ms)), ms);
}

/** Calls `run` when the request has an established connection. */
function onConnected(request: ClientRequest, connectEvent: string, run: () => void): void {
  request.on('socket', (socket) => {
    // A reused socket is already connected, as is one that was opened ahead.
    if (socket.connecting) socket.once(connectEvent, run);
    else run();
  });
}

function closeIdle({ freeSockets }: Agent): void {
  for (const sockets of Object.values(freeSockets)) for (const socket of sockets ?? []) socket.destroy();
}
