import type { FailureRow } from '../../transport/failure/failure-table.ts';
import type { ResponseHeaders } from '../../transport/headers.ts';
import { Exchange } from '../../transport/transport.ts';
import type {
  CallContext,
  ProviderCall,
  ProviderFinishPart,
  ProviderResult,
  ProviderStream,
} from '../../types/provider.ts';
import type { Warning } from '../../types/result/result.ts';
import { accountFor, mark, recall } from './account-marks.ts';
import { unfencedContent, unfencedReader } from './answer/unfence.ts';
import { responseStart } from './response-info.ts';
import { aborted, refuseAborted, toThrown } from './sdk-error.ts';
import { type OpenAnswer, PartStream, type StreamReader } from './stream/part-stream.ts';

/** The vendor of an exchange. */
export interface Vendor {
  readonly name: string;
  readonly failures: readonly FailureRow[];
  /** Keys that no error may show. */
  readonly secrets?: readonly string[] | undefined;
  /** The account whose signatures the vendor accepts; `undefined` if unknown. */
  readonly account: string | undefined;
  /** The account of another key. */
  accountOf?(apiKey: string): string;
}

/** One exchange with a vendor whose answer arrives whole. Throws only `ProviderError` and `ConfigError`. */
export async function runExchange<T>(
  { name, failures, secrets }: Pick<Vendor, 'name' | 'failures' | 'secrets'>,
  call: CallContext,
  work: (exchange: Exchange) => Promise<T>,
  large = false,
): Promise<T> {
  const exchange = new Exchange(false, call, call.signal, large);
  try {
    if (call.signal.aborted) throw aborted(name);
    return await work(exchange);
  } catch (error) {
    throw toThrown(name, error, exchange, failures, call, secrets);
  }
}

/** The start of a vendor's stream. */
interface Opened extends Pick<OpenAnswer, 'source'> {
  readonly headers: ResponseHeaders;
  readonly warnings: readonly Warning[];
  readonly reader: StreamReader;
}

/**
 * One exchange with a vendor whose answer arrives in parts.
 *
 * @param complete extends the last part
 */
export function runStream(
  vendor: Vendor,
  call: ProviderCall,
  open: (exchange: Exchange, leaving: AbortSignal, leave: () => void) => Promise<Opened>,
  complete?: (last: ProviderFinishPart, exchange: Exchange) => ProviderFinishPart,
): ProviderStream {
  const { name, failures, secrets } = vendor;
  const { signal, includeRaw } = call;
  let exchange: Exchange | undefined;
  return new PartStream({
    provider: name,
    account: accountFor(call, vendor),
    signal,
    includeRaw,
    async open(leaving, leave) {
      const opened = new Exchange(true, call, leaving);
      exchange = opened;
      const { headers, warnings, source, reader } = await open(opened, leaving, leave);
      return { first: responseStart(headers, warnings), source, reader: unfencedReader(reader, call) };
    },
    ...(complete === undefined
      ? {}
      : { complete: (last) => complete(last, exchange ?? new Exchange(true, call)) }),
    check: () => refuseAborted(name, signal),
    toThrown: (error) => toThrown(name, error, exchange ?? new Exchange(true, call), failures, call, secrets),
  });
}

/** A whole answer with the vendor's marks on its content. */
export function finished(
  result: ProviderResult,
  call: ProviderCall,
  vendor: Pick<Vendor, 'name' | 'account' | 'accountOf'>,
): ProviderResult {
  const account = accountFor(call, vendor);
  const content = unfencedContent(result.content, call).map((part) => mark(part, vendor.name, account));
  return { ...result, content };
}

/** The history of a call that its account can accept. */
export function recalled(
  call: ProviderCall,
  vendor: Pick<Vendor, 'name' | 'account' | 'accountOf'>,
): ProviderCall {
  return { ...call, messages: recall(call.messages, vendor.name, accountFor(call, vendor), call.unmarked) };
}
