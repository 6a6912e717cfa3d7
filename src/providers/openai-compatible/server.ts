import { ProviderError } from '../../errors.ts';
import { type Exchange, newExchange, type Transport } from '../../transport/transport.ts';
import type {
  ProviderCall,
  ProviderEmbedCall,
  ProviderEmbeddings,
  ProviderResult,
  ProviderStreamPart,
} from '../../types/provider.ts';
import { chatCompletionsFailures } from '../chat-completions/failures.ts';
import type { Quirks } from '../chat-completions/quirks.ts';
import { toRequest } from '../chat-completions/request.ts';
import { toResult } from '../chat-completions/response.ts';
import { chunkMapper } from '../chat-completions/stream.ts';
import { readEvents } from '../event-stream.ts';
import { mark } from '../history.ts';
import { toEmbeddings, toEmbedRequest } from '../openai-embeddings.ts';
import { limitsIn, recalled, refuseAborted, toThrown } from '../sdk-provider.ts';
import type { Wire } from '../wire.ts';
import { type Gateway, heard, tell, withFacts } from './gateway.ts';

/** What all calls of one provider share. */
export interface Server {
  readonly name: string;
  readonly account: string;
  readonly quirks: Quirks;
  readonly gateway: Gateway;
  /** Headers of the application's that a call may say otherwise. */
  readonly headers: Readonly<Record<string, string>>;
  readonly transport: Transport;
  readonly baseURL: string;
}

/** One complete answer. */
export async function chat(server: Server, call: ProviderCall): Promise<ProviderResult> {
  const { name, account, quirks, gateway } = server;
  return once(server, '/chat/completions', call, (exchange) => {
    const told = tell(call, name, gateway);
    const { body, warnings } = toRequest(recalled(told.call, name, account), name, quirks, false);
    const read = (raw: unknown): ProviderResult => {
      const result = toResult(raw, name, exchange.headers, warnings);
      const content = result.content.map((part) => mark(part, name, account));
      const response = { ...result.response, ...limitsIn(exchange.headers) };
      return withFacts(
        { ...result, content, response },
        name,
        heard(gateway, exchange.headers, [raw], false),
      );
    };
    return { body, headers: told.headers, read };
  });
}

export async function embed(server: Server, call: ProviderEmbedCall): Promise<ProviderEmbeddings> {
  const { name, gateway } = server;
  return once(server, '/embeddings', call, (exchange) => {
    const told = tell(call, name, gateway);
    return {
      body: toEmbedRequest(told.call, name),
      headers: told.headers,
      read: (raw) =>
        withFacts(
          toEmbeddings(raw, name, exchange.headers),
          name,
          heard(gateway, exchange.headers, [raw], false),
        ),
    };
  });
}

interface Prepared<T> {
  readonly body: Wire;
  /** The call's own. */
  readonly headers: Readonly<Record<string, string>>;
  read(raw: unknown): T;
}

/** One call that is answered at once. */
async function once<T>(
  server: Server,
  path: string,
  { signal, connectTimeout }: Pick<ProviderCall, 'signal' | 'connectTimeout'>,
  prepare: (exchange: Exchange) => Prepared<T>,
): Promise<T> {
  const exchange = newExchange(false, connectTimeout);
  try {
    refuseAborted(server.name, signal);
    const { body, headers, read } = prepare(exchange);
    const response = await post(server, path, body, headers, signal, exchange);
    return read(await response.json());
  } catch (error) {
    throw toThrown(server.name, error, exchange, chatCompletionsFailures, signal);
  }
}

function post(
  { transport, baseURL, headers: usual }: Server,
  path: string,
  body: Wire,
  own: Readonly<Record<string, string>>,
  signal: AbortSignal,
  exchange: Exchange,
): Promise<Response> {
  const headers = {
    ...usual,
    ...own,
    'content-type': 'application/json',
    accept: exchange.stream ? 'text/event-stream' : 'application/json',
  };
  const init = { method: 'POST', headers, body: JSON.stringify(body), signal };
  return transport.send(`${baseURL}${path}`, init, exchange);
}

/** An answer in parts. */
export async function* streamParts(
  server: Server,
  call: ProviderCall,
): AsyncGenerator<ProviderStreamPart, void, undefined> {
  const { name, account, quirks, gateway } = server;
  const exchange = newExchange(true, call.connectTimeout);
  try {
    refuseAborted(name, call.signal);
    const told = tell(call, name, gateway);
    const { body, warnings } = toRequest(recalled(told.call, name, account), name, quirks, true);
    const response = await post(server, '/chat/completions', body, told.headers, call.signal, exchange);
    if (response.body === null) {
      const summary = 'an answer without a body';
      throw new ProviderError({ kind: 'malformed', provider: name, answered: true, summary });
    }
    yield { type: 'response', headers: exchange.headers, ...limitsIn(exchange.headers), warnings };
    const mapper = chunkMapper(name, exchange.headers);
    const raw: unknown[] = [];
    let marked = false;
    for await (const event of readEvents(response.body, name)) {
      if (event === 'done') {
        marked = true;
        break; // what comes after its own end mark is not part of the answer
      }
      raw.push(event.json);
      if (call.includeRaw === true) yield { type: 'raw', value: event.json };
      for (const part of mapper.push(event.json)) yield mark(part, name, account);
    }
    for (const part of mapper.end(marked)) {
      yield part.type === 'finish'
        ? withFacts({ ...part, raw }, name, heard(gateway, exchange.headers, raw, true))
        : mark(part, name, account);
    }
  } catch (error) {
    throw toThrown(name, error, exchange, chatCompletionsFailures, call.signal);
  }
}
