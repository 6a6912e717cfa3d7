import { withBriefError } from '../shared/brief-errors.ts';
import type { OpenAIClient } from './client.ts';

type Fetch = (this: undefined, ...request: unknown[]) => Promise<Response>;

/** Fields of `openai` clients beyond the public subset; other clients may lack any of them. */
interface Internals {
  readonly fetch?: Fetch;
  readonly withOptions?: (options: { readonly fetch: Fetch }) => OpenAIClient;
  readonly _options?: { readonly apiKey?: unknown };
}

interface Derived {
  readonly client: OpenAIClient;
  /** The `fetch` of the application's client that it uses. */
  readonly fetch: Fetch;
}

/**
 * Returns a function that returns the client to call instead of the application's: one derived from it by
 * `withOptions`, which reads error bodies only briefly. The SDK has no such option for one call.
 *
 * Derived only where that changes nothing else. A client that is wrapped or patched (tracing, test doubles), or
 * that has more than `withOptions` keeps, is called itself. A changed key or address leads to a new derived client.
 */
export function briefClient(client: OpenAIClient): () => OpenAIClient {
  let derived: Derived | undefined;
  let derivable = true;
  return () => {
    if (derivable && (derived === undefined || !matches(derived, client))) {
      derived = derive(client);
      derivable = derived !== undefined;
    }
    return derived?.client ?? client;
  };
}

function derive(client: OpenAIClient): Derived | undefined {
  const { fetch, withOptions } = client as Internals;
  if (typeof fetch !== 'function' || typeof withOptions !== 'function') return undefined;
  // The `withOptions` of a tracing wrapper might record this call as a request.
  const original: unknown = Reflect.get(Object.getPrototypeOf(client) ?? {}, 'withOptions');
  if (withOptions !== original) return undefined;
  const brief: Fetch = async (...request) => withBriefError(await fetch.apply(undefined, request));
  try {
    const derived = { client: withOptions.call(client, { fetch: brief }), fetch };
    return matches(derived, client) ? derived : undefined;
  } catch {
    return undefined; // a subclass whose constructor takes other arguments
  }
}

/** Whether a derived client does the same as its original, apart from `fetch`. */
function matches({ client: derived, fetch }: Derived, client: OpenAIClient): boolean {
  const internals = client as Internals;
  if (internals.fetch !== fetch) return false;
  const skipped = new Set<PropertyKey>(['fetch', '_options']);
  // The SDK stores the last result of a function here.
  if (typeof internals._options?.apiKey === 'function') skipped.add('apiKey');
  const same = (key: PropertyKey): boolean => {
    const [mine, theirs]: readonly unknown[] = [Reflect.get(derived, key), Reflect.get(client, key)];
    return mine === theirs || (belongsTo(mine, derived) && belongsTo(theirs, client));
  };
  if (!Reflect.ownKeys(client).every((key) => skipped.has(key) || same(key))) return false;
  const [mine, theirs] = [methodsOf(derived), methodsOf(client)];
  return mine.every((method, at) => method === theirs[at]);
}

/** Whether a property is one of the SDK's resources, such as `client.chat`. */
function belongsTo(value: unknown, client: OpenAIClient): boolean {
  return typeof value === 'object' && value !== null && Reflect.get(value, '_client') === client;
}

/** The methods that the provider calls. */
function methodsOf({ chat, responses, embeddings, images }: OpenAIClient): readonly unknown[] {
  return [chat.completions.create, responses?.create, embeddings?.create, images?.generate, images?.edit];
}
