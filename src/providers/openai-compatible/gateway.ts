import { ProviderError } from '../../errors.ts';
import type { JSONObject, JSONValue } from '../../types/request/json.ts';
import type { ProviderOptions } from '../../types/request/message.ts';
import { asObject, compact, type Wire } from '../../util/json.ts';

/** In what a gateway is more than a vendor: what it is told of routing, and what it tells of it. Data, as the rest of a preset. */
export interface Gateway {
  /**
   * Those fields of `providerOptions` that it takes as headers of a request, and their names there. All other fields go into
   * the body. Nothing but these can become a header: none with a key in it, or that changes how the request is sent.
   */
  readonly requestHeaders?: Readonly<Record<string, string>>;
  /** Fields of the body that it spells in camelCase. */
  readonly camelCaseFields?: readonly string[];
  /** What it says in headers of an answer: the names in `providerMetadata`, and the headers. */
  readonly responseHeaders?: Readonly<Record<string, string>>;
  /** The header with the cost of an answer in US$. Not believed in streams, whose cost is not known when they begin. */
  readonly costHeader?: string;
  /** What it says in an answer, or in one chunk of a stream. */
  readonly read?: (wire: Wire) => GatewayFacts;
}

/** What a gateway says of an answer. */
export interface GatewayFacts {
  /** Goes to `providerMetadata`; `provider` is the one that answered in fact. */
  readonly metadata: JSONObject;
  /** US$. */
  readonly cost?: number | undefined;
}

/** What of a call's own options goes as headers, and the call without them. */
export interface Told<Call> {
  readonly call: Call;
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * Takes those options out of a call that its gateway wants as headers. What is no text is said in JSON.
 *
 * @throws ProviderError (`bad-request`) for a value that no header can hold; it names the option and never shows the value
 */
export function tell<Call extends { readonly providerOptions?: ProviderOptions }>(
  call: Call,
  provider: string,
  { requestHeaders = {} }: Gateway,
): Told<Call> {
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
  // JSON can say every character in ASCII.
  const text =
    typeof value === 'string'
      ? value
      : JSON.stringify(value).replaceAll(
          /[^\x20-\x7e]/g,
          (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
        );
  if (/^[\x20-\x7e]*$/.test(text)) return text;
  const summary = `providerOptions.${provider}.${option} goes as a header, and can hold printable ASCII only`;
  throw new ProviderError({ kind: 'bad-request', provider, summary });
}

/** Who answered, and for how much, is said when a stream ends: so many of its last chunks are looked at, not thousands. */
const lastChunks = 8;

/** What a gateway said of an answer: in its headers, and in the answer or in the chunks of the stream, of which later ones win. */
export function heard(
  { responseHeaders = {}, costHeader, read }: Gateway,
  headers: Readonly<Record<string, string>>,
  answers: readonly unknown[],
  stream: boolean,
): GatewayFacts {
  const told = Object.entries(responseHeaders).map(([name, header]) => [name, fromHeader(headers[header])]);
  let metadata: JSONObject = compact(Object.fromEntries(told));
  let said: number | undefined;
  for (const answer of read === undefined ? [] : answers.slice(-lastChunks)) {
    const facts = read?.(asObject(answer) ?? {});
    metadata = { ...metadata, ...facts?.metadata };
    said = facts?.cost ?? said;
  }
  const billed = costHeader === undefined || stream ? undefined : asAmount(headers[costHeader]);
  const cost = billed ?? said;
  return { metadata: compact({ ...metadata, cost: metadata['cost'] ?? cost }), cost };
}

/** An answer, or the end of a stream, with what its gateway said of it. */
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

/** Counts as numbers, the rest as it is. */
function fromHeader(value: string | undefined): string | number | undefined {
  return value !== undefined && /^\d{1,15}$/.test(value) ? Number(value) : value;
}

/** US$, as a number or in decimal digits. */
export function asAmount(value: unknown): number | undefined {
  const decimal = typeof value === 'string' && /^\d+(\.\d+)?(e-?\d{1,2})?$/i.test(value);
  const amount = decimal ? Number(value) : value;
  return typeof amount === 'number' && Number.isFinite(amount) && amount >= 0 ? amount : undefined;
}
