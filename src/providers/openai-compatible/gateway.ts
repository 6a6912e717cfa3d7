import { ProviderError } from '../../errors.ts';
import type { ResponseHeaders } from '../../transport/headers.ts';
import type { JSONObject, JSONValue } from '../../types/request/json.ts';
import type { ProviderOptions } from '../../types/request/message.ts';
import { asObject, compact, type Wire } from '../../util/json.ts';

/** Describes a gateway's routing options and metadata. Data, like the rest of a preset. */
export interface Gateway {
  /**
   * The fields of `providerOptions` sent as request headers, and the names of those headers. All other fields
   * go into the body. No other option can become a header, so none can carry a key or change how the request
   * is sent.
   */
  readonly requestHeaders?: Readonly<Record<string, string>>;
  /** Body fields that the gateway spells in camelCase. */
  readonly camelCaseFields?: readonly string[];
  /** Fields of `providerMetadata` read from response headers, and the names of those headers. */
  readonly responseHeaders?: Readonly<Record<string, string>>;
  /**
   * The response header with the cost in US$. Ignored for streams, whose cost is unknown when the headers are
   * sent.
   */
  readonly costHeader?: string;
  /** Reads metadata from a response or a stream chunk. */
  readonly read?: (wire: Wire) => GatewayFacts;
}

/** A gateway's metadata about a response. */
export interface GatewayFacts {
  /** Added to `providerMetadata`; `provider` is the one that served the request. */
  readonly metadata: JSONObject;
  /** Cost in US$. */
  readonly cost?: number | undefined;
}

/** The options of a call to send as headers, and the call without them. */
export interface WithHeaders<Call> {
  readonly call: Call;
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * Moves the options that the gateway takes as headers out of a call. Values other than strings are sent as
 * JSON.
 *
 * @throws ProviderError (`bad-request`) for a value that no header can hold; it names the option but never
 * shows the value
 */
export function takeHeaderOptions<Call extends { readonly providerOptions?: ProviderOptions }>(
  call: Call,
  provider: string,
  { requestHeaders = {} }: Gateway,
): WithHeaders<Call> {
  const own = call.providerOptions?.[provider];
  if (own === undefined || Object.keys(requestHeaders).length === 0) return { call, headers: {} };
  const body: Record<string, JSONValue | undefined> = {};
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(own)) {
    const header = Object.hasOwn(requestHeaders, name) ? requestHeaders[name] : undefined;
    if (header === undefined) body[name] = value;
    else if (value !== undefined && value !== null) headers[header] = toHeader(value, name, provider);
  }
  return { call: { ...call, providerOptions: { ...call.providerOptions, [provider]: body } }, headers };
}

function toHeader(value: JSONValue, option: string, provider: string): string {
  // JSON can express every character in ASCII.
  const text =
    typeof value === 'string'
      ? value
      : JSON.stringify(value).replaceAll(
          /[^\x20-\x7e]/g,
          (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
        );
  if (/^[\x20-\x7e]*$/.test(text)) return text;
  const summary = `providerOptions.${provider}.${option} is sent as a header and may contain only printable ASCII`;
  throw new ProviderError({ kind: 'bad-request', provider, summary });
}

/** How many chunks at the end of a stream are read for provider and cost, which gateways report there. */
const lastChunks = 8;

/**
 * Reads a gateway's metadata from the response headers and from the response or the chunks of the stream;
 * later chunks win.
 */
export function readFacts(
  { responseHeaders = {}, costHeader, read }: Gateway,
  headers: ResponseHeaders,
  answers: readonly unknown[],
  stream: boolean,
): GatewayFacts {
  const fromHeaders = Object.entries(responseHeaders).map(([name, header]) => [
    name,
    fromHeader(headers.get(header)),
  ]);
  let metadata: JSONObject = compact(Object.fromEntries(fromHeaders));
  let reportedCost: number | undefined;
  for (const answer of read === undefined ? [] : answers.slice(-lastChunks)) {
    const facts = read?.(asObject(answer) ?? {});
    metadata = { ...metadata, ...facts?.metadata };
    reportedCost = facts?.cost ?? reportedCost;
  }
  const billed = costHeader === undefined || stream ? undefined : asAmount(headers.get(costHeader));
  const cost = billed ?? reportedCost;
  return { metadata: compact({ ...metadata, cost: metadata['cost'] ?? cost }), cost };
}

/** Adds a gateway's metadata to a response, or to the end of a stream. */
export function withFacts<A extends { readonly providerMetadata?: ProviderOptions }>(
  answer: A,
  provider: string,
  { metadata, cost }: GatewayFacts,
): A & { readonly cost?: number } {
  const own = { ...answer.providerMetadata?.[provider], ...metadata };
  return {
    ...answer,
    ...(Object.keys(own).length === 0
      ? {}
      : { providerMetadata: { ...answer.providerMetadata, [provider]: own } }),
    ...(cost === undefined ? {} : { cost }),
  };
}

/** Converts integers to numbers and leaves other values unchanged. */
function fromHeader(value: string | undefined): string | number | undefined {
  return value !== undefined && /^\d{1,15}$/.test(value) ? Number(value) : value;
}

/** An amount in US$, from a number or decimal string. */
export function asAmount(value: unknown): number | undefined {
  const decimal = typeof value === 'string' && /^\d+(\.\d+)?(e-?\d{1,2})?$/i.test(value);
  const amount = decimal ? Number(value) : value;
  return typeof amount === 'number' && Number.isFinite(amount) && amount >= 0 ? amount : undefined;
}
