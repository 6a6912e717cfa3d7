import { readText } from '../../transport/body.ts';
import type { Answer } from '../../transport/response.ts';
import type { Exchange, Transport } from '../../transport/transport.ts';
import type {
  CallContext,
  ProviderCall,
  ProviderEmbedCall,
  ProviderEmbeddings,
  ProviderImageCall,
  ProviderImages,
  ProviderResult,
  ProviderStream,
} from '../../types/provider.ts';
import type { Warning } from '../../types/result/result.ts';
import type { Wire } from '../../util/json.ts';
import { asksForPictures } from '../chat-completions/answer/asked.ts';
import { toResult } from '../chat-completions/answer/response.ts';
import { chunkReader } from '../chat-completions/answer/stream.ts';
import { toEmbeddings, toEmbedRequest } from '../chat-completions/embeddings.ts';
import { chatCompletionsFailures } from '../chat-completions/failures.ts';
import { type ImageWords, toImageRequest, toImages } from '../chat-completions/images.ts';
import type { Quirks } from '../chat-completions/quirks.ts';
import { toRequest } from '../chat-completions/request.ts';
import { parseAnswer } from '../shared/answer/parse.ts';
import { finished, recalled, runExchange, runStream } from '../shared/exchange-runner.ts';
import { EventChunks } from '../shared/stream/event-stream.ts';
import { toVendorOptions } from './ai-sdk-options.ts';
import { type Gateway, readFacts, takeHeaderOptions, type WithHeaders, withFacts } from './gateway.ts';

/** The shared state of one provider's calls. */
export interface Server {
  readonly name: string;
  readonly account: string;
  /** The account of another key. */
  accountOf(apiKey: string): string;
  readonly quirks: Quirks;
  readonly gateway: Gateway;
  /** The application's headers, which a call may override. */
  readonly headers: Readonly<Record<string, string>>;
  readonly transport: Transport;
  readonly baseURL: string;
}

/** Takes the header options out of a call and converts the others to the server's field names. */
function extractOptions<Call extends Parameters<typeof toVendorOptions>[0]>(
  call: Call,
  { name, gateway }: Server,
): WithHeaders<Call> & { readonly warnings: readonly Warning[] } {
  const { call: named, headers } = takeHeaderOptions(call, name, gateway);
  return { ...toVendorOptions(named, name, gateway.camelCaseFields ?? []), headers };
}

/** A call in the server's format, and how to read its answer. `exchange` has the headers of the answer once it has been read. */
export type Prepare<T> = (exchange: Pick<Exchange, 'headers'>) => Prepared<T>;

/** Makes a chat request and returns the complete response. */
export function chat(server: Server, call: ProviderCall): Promise<ProviderResult> {
  return once(server, '/chat/completions', call, prepareChat(server, call));
}

export function prepareChat(server: Server, call: ProviderCall): Prepare<ProviderResult> {
  const { name, quirks, gateway } = server;
  return (exchange) => {
    const options = extractOptions(call, server);
    const { body, warnings: more } = toRequest(recalled(options.call, server), name, quirks, false);
    const warnings = [...options.warnings, ...more];
    const read = (raw: unknown): ProviderResult => {
      const { headers } = exchange;
      const result = toResult(raw, {
        provider: name,
        headers,
        warnings,
        request: body,
        reading: quirks.usage,
      });
      const complete = finished(result, call, server);
      return withFacts(complete, name, readFacts(gateway, headers, [raw], false));
    };
    return { body, headers: options.headers, warnings, read };
  };
}

export function embed(server: Server, call: ProviderEmbedCall): Promise<ProviderEmbeddings> {
  return once(server, '/embeddings', call, prepareEmbed(server, call));
}

export function prepareEmbed(server: Server, call: ProviderEmbedCall): Prepare<ProviderEmbeddings> {
  const { name, gateway } = server;
  return (exchange) => {
    const { call: own, headers, warnings: more } = extractOptions(call, server);
    const warnings = [...more];
    return {
      body: toEmbedRequest(own, name),
      headers,
      warnings,
      read: (raw) =>
        withFacts(
          { ...toEmbeddings(raw, name, exchange.headers), warnings },
          name,
          readFacts(gateway, exchange.headers, [raw], false),
        ),
    };
  };
}

/** Generates images. Responses may be larger than others. */
export function image(server: Server, call: ProviderImageCall, words: ImageWords): Promise<ProviderImages> {
  return once(server, '/images/generations', call, prepareImage(server, call, words), true);
}

export function prepareImage(
  server: Server,
  call: ProviderImageCall,
  words: ImageWords,
): Prepare<ProviderImages> {
  const { name, gateway } = server;
  return (exchange) => {
    const options = extractOptions(call, server);
    const { body, warnings: more } = toImageRequest(options.call, name, words);
    const warnings = [...options.warnings, ...more];
    const read = (raw: unknown): ProviderImages => {
      const { headers } = exchange;
      const made = toImages(raw, name, headers, warnings);
      return withFacts(made, name, readFacts(gateway, headers, [raw], false));
    };
    return { body, headers: options.headers, warnings, read };
  };
}

interface Prepared<T> {
  readonly body: Wire;
  /** Headers from the call's own options. */
  readonly headers: Readonly<Record<string, string>>;
  /** Of the call, and in its result. */
  readonly warnings: Warning[];
  read(raw: unknown): T;
}

/** Sends one non-streaming call. */
function once<T>(
  server: Server,
  path: string,
  call: CallContext,
  prepare: Prepare<T>,
  large = false,
): Promise<T> {
  const send = async (exchange: Exchange): Promise<T> => {
    const { body, headers, read } = prepare(exchange);
    exchange.large ||= asksForPictures(body);
    const answer = await post(server, path, body, headers, exchange);
    return read(parseAnswer(await readText(answer.body)));
  };
  return runExchange({ name: server.name, failures: chatCompletionsFailures }, call, send, large);
}

function post(
  { transport, baseURL, headers: usual }: Server,
  path: string,
  body: Wire,
  own: Readonly<Record<string, string>>,
  exchange: Exchange,
): Promise<Answer> {
  const headers = {
    ...usual,
    ...own,
    'content-type': 'application/json',
    accept: exchange.stream ? 'text/event-stream' : 'application/json',
  };
  const init = { method: 'POST', headers, body: JSON.stringify(body) };
  return transport.send(`${baseURL}${path}`, init, exchange);
}

/** Makes a chat request and returns the response in parts. */
export function streamParts(server: Server, call: ProviderCall): ProviderStream {
  const { name, quirks, gateway } = server;
  const vendor = { ...server, failures: chatCompletionsFailures };
  return runStream(
    vendor,
    call,
    async (exchange) => {
      const options = extractOptions(call, server);
      const { body, warnings: more } = toRequest(recalled(options.call, server), name, quirks, true);
      exchange.large = asksForPictures(body);
      const { headers, body: events } = await post(
        server,
        '/chat/completions',
        body,
        options.headers,
        exchange,
      );
      const reader = chunkReader({ provider: name, headers, request: body, reading: quirks.usage });
      const warnings = [...options.warnings, ...more];
      return { headers, warnings, source: new EventChunks(events, name), reader };
    },
    (last, { headers }) => withFacts(last, name, readFacts(gateway, headers, last.raw ?? [], true)),
  );
}
