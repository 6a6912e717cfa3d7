import {
  type ContentPart,
  isRouterError,
  type Provider,
  type ProviderCall,
  type ProviderStreamPart,
} from 'signalbox';
import { Accumulator } from '../../../src/core/calls/stream/accumulate.ts';
import type { WireBytes, WireEntry } from '../entry.ts';
import { type InterfaceName, interfaces } from '../interfaces.ts';
import type { Mode } from '../play.ts';

/** The outcome of an answer, as far as it can be compared: generated ids are left out. */
export interface Outcome {
  readonly content: string;
  /** What stands beside the content, or the kind of the failure. */
  readonly beside: string;
  readonly failed: boolean;
}

/** One entry as it is asked for through one interface. */
export interface Case {
  readonly entry: WireEntry;
  readonly over: InterfaceName;
  readonly mode: Mode;
  readonly bytes: WireBytes;
}

/** Whether signalbox itself reads the bytes: what others make of them first is theirs. */
export function isOurs(over: InterfaceName): boolean {
  return !over.startsWith('ai-sdk-') && over !== 'google-legacy';
}

/** Longer than any answer takes that comes at all. */
const patience = 5_000;

const providers = new Map<InterfaceName, Provider>();
/** What the providers' `fetch` answers with. One case is played at a time. */
let respond = (): Response => new Response(null, { status: 500 });

function providerOf(over: InterfaceName): Provider {
  const fetch = async (): Promise<Response> => respond();
  const provider = providers.get(over) ?? interfaces[over]({ baseURL: 'http://127.0.0.1:9/v1', fetch });
  providers.set(over, provider);
  return provider;
}

/**
 * Asks a provider, whose `fetch` answers with these packets in this process.
 *
 * @throws Error for what is neither an answer nor a failure of a known type, and where nothing comes
 */
export async function ask(
  { entry, over, mode, bytes }: Case,
  packets: readonly Uint8Array[],
): Promise<Outcome> {
  const { status = 200, headers = {} } = bytes;
  const provider = providerOf(over);
  respond = () => new Response(bodyOf(packets), { status, headers });
  const hang = new AbortController();
  const call: ProviderCall = { ...callOf(entry), signal: hang.signal };
  const timer = setTimeout(() => hang.abort(), patience);
  try {
    return mode === 'chat' ? answered(await provider.chat(call)) : await streamed(provider.stream(call));
  } catch (error) {
    if (!isRouterError(error, 'provider')) throw error;
    if (error.kind === 'aborted') throw new Error(`nothing came for ${patience} ms`);
    return { content: '', beside: error.kind, failed: true };
  } finally {
    clearTimeout(timer);
  }
}

function callOf({ request }: WireEntry): Omit<ProviderCall, 'signal'> {
  const { providerOptions } = request ?? {};
  const messages = [{ role: 'user', content: 'Hi' }] as const;
  return { model: 'm', messages, ...(providerOptions === undefined ? {} : { providerOptions }) };
}

function bodyOf(packets: readonly Uint8Array[]): ReadableStream<Uint8Array> {
  const left = [...packets];
  return new ReadableStream(
    {
      pull(controller) {
        const packet = left.shift();
        if (packet === undefined) controller.close();
        else controller.enqueue(packet);
      },
    },
    { highWaterMark: 0 },
  );
}

async function streamed(stream: AsyncIterable<ProviderStreamPart>): Promise<Outcome> {
  const collected = new Accumulator();
  let response: object = {};
  for await (const part of stream) {
    if (part.type === 'response') response = { ...response, ...part };
    else if (part.type !== 'finish') collected.add(part);
    else return answered({ ...part, content: collected.content(), response });
  }
  throw new Error('the stream ended without its last part');
}

function answered(answer: {
  readonly content: readonly ContentPart[];
  readonly finishReason: string;
  readonly usage: object;
  readonly response: { readonly id?: string; readonly model?: string };
}): Outcome {
  const { content, finishReason, usage, response } = answer;
  return {
    content: JSON.stringify(contentOf(content)),
    beside: JSON.stringify([finishReason, usage, response.id, response.model]),
    failed: false,
  };
}

/** Content by its kinds: in which order parts of different kinds come is the vendor's matter. */
function contentOf(parts: readonly ContentPart[]) {
  return {
    text: parts.map((part) => (part.type === 'text' ? part.text : '')).join(''),
    reasoning: parts.map((part) => (part.type === 'reasoning' ? part.text : '')).join(''),
    calls: parts.flatMap((part) => (part.type === 'tool-call' ? [[part.toolName, part.input]] : [])),
    files: parts.flatMap((part) => (part.type === 'file' ? [String(part.data)] : [])),
    sources: parts.flatMap((part) => (part.type === 'source' ? [part.url ?? part.title] : [])),
  };
}
