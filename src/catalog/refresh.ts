import { usePrices } from '../pricing/catalog.ts';
import { checkObject, refuse, show } from '../util/option-check.ts';
import { isRedirectResponse } from '../util/redirect.ts';
import { checkPriceData } from './price-data.ts';

/** The options of `refresh`. */
export interface RefreshOptions {
  /**
   * The address of the data, in the form of genai-prices' `data.json`.
   *
   * @default where that project publishes them
   */
  readonly url?: string;
  /** Used instead of the runtime's `fetch`. */
  readonly fetch?: (url: string, init: RequestInit) => Promise<Response>;
  /** Aborts it. There is no timeout otherwise. */
  readonly signal?: AbortSignal;
}

/** The result of a refresh. */
export type Refreshed =
  | {
      readonly updated: true;
      /** Number of providers in the new prices. */
      readonly providers: number;
      /** Number of models in the new prices. */
      readonly models: number;
    }
  /** `false`: the prices are unchanged. */
  | {
      readonly updated: false;
      /** Why the prices are unchanged. */
      readonly error: unknown;
    };

/** Largest size of the price data in bytes: about thirty times today's. */
const maxBytes = 16 * 1024 * 1024;

/**
 * Fetches the latest prices and uses them from now on in this process: in `models`, `priceOf`, and within a minute in every
 * router that gets prices from the catalog. It runs only when you call it. On any failure (no network, an abort, invalid data)
 * the prices stay unchanged and the result has the reason. Redirects are refused, and at most 16 MiB are read.
 *
 * @throws ConfigError for a wrong option, and nothing else
 * @example
 * const daily = setInterval(() => refresh({ signal: AbortSignal.timeout(30_000) }), 86_400_000);
 */
export async function refresh(options: RefreshOptions = {}): Promise<Refreshed> {
  const { url, fetch, signal } = checkRefresh(options);
  try {
    const { latestPrices } = await import('../pricing/price-data.ts');
    const text = await download(url ?? latestPrices, fetch ?? globalThis.fetch, signal);
    signal?.throwIfAborted();
    const data = checkPriceData(JSON.parse(text));
    usePrices(data);
    return { updated: true, providers: data.length, models: data.flatMap(({ models }) => models).length };
  } catch (error) {
    return { updated: false, error };
  }
}

async function download(
  url: string,
  fetch: NonNullable<RefreshOptions['fetch']>,
  signal: AbortSignal | undefined,
): Promise<string> {
  const response = await fetch(url, { redirect: 'manual', signal: signal ?? null });
  const redirect = isRedirectResponse(response);
  if (redirect || !response.ok) {
    await response.body?.cancel();
    throw new Error(`the prices were answered with ${redirect ? 'a redirect' : `status ${response.status}`}`);
  }
  return response.body === null ? '' : readText(response.body);
}

async function readText(body: ReadableStream<Uint8Array>): Promise<string> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let text = '';
  let size = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return text + decoder.decode();
    size += value.length;
    if (size > maxBytes) {
      await reader.cancel();
      throw new Error(`the prices are larger than ${maxBytes} bytes`);
    }
    text += decoder.decode(value, { stream: true });
  }
}

function checkRefresh(options: RefreshOptions): RefreshOptions {
  const { url, fetch, signal } = checkObject('refresh', options, ['url', 'fetch', 'signal']);
  const right = typeof url === 'string' && URL.canParse(url) && /^https?:$/.test(new URL(url).protocol);
  if (url !== undefined && !right) refuse('refresh.url', 'an absolute http: or https: URL', show(url));
  if (fetch !== undefined && typeof fetch !== 'function') refuse('refresh.fetch', 'a function', show(fetch));
  if (signal !== undefined && !(signal instanceof AbortSignal))
    refuse('refresh.signal', 'an AbortSignal', show(signal));
  return options;
}
