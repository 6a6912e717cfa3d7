import type { Warning } from '../../types/result/result.ts';
import type { RoutedOptions } from './shared/extension.ts';

/** What the field `signalbox` of an answer holds. */
export interface RouterReport {
  /** The target that answered. */
  readonly target: string;
  /** US$; omitted if the price is unknown. */
  readonly cost?: number;
  /** The number of attempts. Omitted for embeddings. */
  readonly attempts?: number;
  /** Parts of the request that were not sent as given. Omitted if there are none. */
  readonly warnings?: readonly Warning[];
}

/**
 * A request of the OpenAI or Anthropic SDK with call options for the router. The SDKs' types do not know the field `signalbox`;
 * this function adds it and keeps the request's type.
 *
 * @example
 * const completion = await client.chat.completions.create(
 *   routed({ model: 'gpt-5-mini', messages }, { session: 'chat-7', maxCost: 0.01 }),
 * );
 */
export function routed<Body extends object>(body: Body, options: RoutedOptions): Body {
  return { ...body, signalbox: options };
}

/**
 * What the router reports on an answer of the OpenAI or Anthropic SDK, and on the last event of a stream; `undefined` if the
 * answer did not come from a router.
 *
 * @example
 * const cost = reportOf(completion)?.cost;
 */
export function reportOf(answer: object): RouterReport | undefined {
  const { signalbox, response } = answer as { readonly signalbox?: unknown; readonly response?: unknown };
  if (typeof signalbox === 'object' && signalbox !== null) return signalbox as RouterReport;
  // Events of the Responses API hold the answer.
  return typeof response === 'object' && response !== null ? reportOf(response) : undefined;
}
