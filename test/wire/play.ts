import {
  type ChatResult,
  createRouter,
  type FallbackKind,
  isRouterError,
  type Provider,
  type Router,
  type StreamPart,
} from 'signalbox';
import type { Behavior } from '../support/fault-server.ts';
import { read } from '../support/requests.ts';
import type { WireBytes, WireEntry } from './entry.ts';
import { type Connection, type InterfaceName, interfaces } from './interfaces.ts';

/** How an answer is asked for. */
export type Mode = 'chat' | 'stream';

/** The outcome of an answer. */
export type Played = { readonly result: ChatResult } | { readonly fails: FallbackKind };

/** A router with one target, which gets no second chance. */
export function routerOf(entry: WireEntry, name: InterfaceName, at: Connection): Router {
  return routerOver(entry, interfaces[name](at));
}

export function routerOver({ target }: WireEntry, provider: Provider): Router {
  const price = { input: 0, output: 0 };
  return createRouter({
    targets: [{ provider, model: 'm', id: 'target', price, ...target }],
    retry: false,
  });
}

/** Asks for the answer of an entry. Rejects where something else than a failure of the target is thrown. */
export async function play(entry: WireEntry, router: Router, mode: Mode): Promise<Played> {
  const request = entry.request ?? { prompt: 'Hi' };
  try {
    if (mode === 'chat') return { result: await router.chat(request) };
    const stream = await router.stream(request);
    const parts = await read(stream);
    const result = await stream.result;
    checkDeltas(parts, result);
    return { result };
  } catch (error) {
    return { fails: kindOf(error) };
  }
}

/** What a reader of the parts gets must be what a reader of the result gets. */
function checkDeltas(parts: readonly StreamPart[], result: ChatResult): void {
  const joined = (type: 'text-delta' | 'reasoning-delta'): string =>
    parts.map((part) => (part.type === type ? part.text : '')).join('');
  const mismatch =
    joined('text-delta') !== result.text
      ? 'the text'
      : joined('reasoning-delta') !== (result.reasoning ?? '')
        ? 'the reasoning'
        : result.toolCalls.find((call) => !isStreamed(call, parts))?.toolName;
  if (mismatch !== undefined) throw new Error(`${mismatch} of the parts is not that of the result`);
}

/** Whether a call that began in the stream has the arguments that were streamed. */
function isStreamed(call: ChatResult['toolCalls'][number], parts: readonly StreamPart[]): boolean {
  const { toolCallId } = call;
  const text = parts
    .map((part) => (part.type === 'tool-call-delta' && part.toolCallId === toolCallId ? part.text : ''))
    .join('');
  if (text === '' || text === call.input) return true;
  return JSON.stringify(parsed(text)) === JSON.stringify(call.input);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function kindOf(error: unknown): FallbackKind {
  if (isRouterError(error, 'provider')) return error.kind;
  if (isRouterError(error, 'all-targets-failed')) return error.last.kind;
  if (isRouterError(error, 'stream-interrupted') && error.reason !== undefined) return error.reason.kind;
  if (isRouterError(error, 'output')) return 'output';
  throw error;
}

/** Serves an answer, each packet by itself. */
export function serve({ status = 200, headers = {}, packets }: WireBytes): Behavior {
  return async (response) => {
    response.writeHead(status, headers);
    for (const packet of packets) {
      if (response.destroyed) return;
      await new Promise((resolve) => response.write(packet, resolve));
    }
    response.end();
  };
}
