import type { Update } from '../protocol.ts';
import { apply, connection, problem } from './state.ts';

const base = `${location.pathname.replace(/\/$/, '')}/api/`;
const stored = `signalbox ${location.pathname}`;
/** The server sends something every 15 seconds. */
const silence = 40_000;
const waits = [500, 1_000, 2_000, 5_000];

let token = '';
let current: AbortController | undefined;

/** Removes the token from the address, so that screenshots do not show it, and keeps it for this tab. */
export function readToken(): void {
  const [, given] = /[#&]token=([^&]+)/.exec(location.hash) ?? [];
  token = given === undefined ? (sessionStorage.getItem(stored) ?? '') : decodeURIComponent(given);
  if (given === undefined) return;
  sessionStorage.setItem(stored, token);
  history.replaceState(null, '', `${location.pathname}${location.search}#/targets`);
}

export function useToken(given: string): void {
  token = given;
  sessionStorage.setItem(stored, token);
  current?.abort();
  void connect();
}

/** Gets data; throws an error with the server's message. */
export async function get<T>(
  name: string,
  query: Readonly<Record<string, string | readonly string[]>> = {},
): Promise<T> {
  const parameters = Object.entries(query).flatMap(([key, value]) =>
    (typeof value === 'string' ? [value] : value).map((each) => [key, each]),
  );
  const search = new URLSearchParams(parameters);
  const response = await fetch(`${base}${name}?${search}`, { headers: { authorization: `Bearer ${token}` } });
  const body = await response.json();
  if (!response.ok) throw new Error(body.error ?? `HTTP ${response.status}`);
  return body;
}

/** Follows the live events, also after the connection was lost. */
export async function connect(): Promise<void> {
  const own = new AbortController();
  current = own;
  let last = '';
  for (let failures = 0; !own.signal.aborted; failures++) {
    try {
      await follow(own.signal, last, (id) => {
        last = id;
        failures = 0;
      });
    } catch (error) {
      if (own.signal.aborted || error instanceof Refused) return;
      problem.value = 'the connection is lost';
    }
    if (own.signal.aborted) return;
    connection.value = 'lost';
    await new Promise((resolve) => setTimeout(resolve, waits[Math.min(failures, waits.length - 1)]));
  }
}

class Refused extends Error {}

async function follow(signal: AbortSignal, last: string, onEvent: (id: string) => void): Promise<void> {
  const stalled = new AbortController();
  let timer = setTimeout(() => stalled.abort(), silence);
  const alive = (): void => {
    clearTimeout(timer);
    timer = setTimeout(() => stalled.abort(), silence);
  };
  try {
    const response = await fetch(`${base}events`, {
      headers: { authorization: `Bearer ${token}`, ...(last === '' ? {} : { 'last-event-id': last }) },
      signal: AbortSignal.any([signal, stalled.signal]),
    });
    if (!response.ok || response.body === null) await refuse(response);
    const texts = (response.body ?? new ReadableStream<Uint8Array<ArrayBuffer>>())
      .pipeThrough(new TextDecoderStream())
      .getReader();
    for (let rest = ''; ; ) {
      const { done, value } = await texts.read();
      if (done) return;
      alive();
      const events = (rest + value).split('\n\n');
      rest = events.pop() ?? '';
      for (const event of events) take(event, onEvent);
    }
  } finally {
    clearTimeout(timer);
  }
}

/** An event in this server's format: an id and one line of data, or a comment that keeps the connection open. */
function take(event: string, onEvent: (id: string) => void): void {
  const [, id, data] = /^id: (.*)\ndata: (.*)$/.exec(event) ?? [];
  if (id === undefined || data === undefined) return;
  onEvent(id);
  apply(JSON.parse(data) as Update);
  connection.value = 'live';
}

async function refuse(response: Response): Promise<never> {
  const body: { error?: string } = await response.json().catch(() => ({}));
  problem.value = body.error ?? `HTTP ${response.status}`;
  if (response.status >= 500 || response.status === 429) throw new Error(problem.value);
  connection.value = response.status === 401 ? 'locked' : 'refused';
  throw new Refused();
}
