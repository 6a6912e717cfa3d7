import { estimateTokens } from '../../pricing/estimate.ts';
import type { ProviderFinishPart, ProviderStreamPart } from '../../types/provider.ts';
import type { Restart } from '../../types/result/stream-part.ts';
import type { Attempt } from '../attempt/attempt.ts';
import type { AttemptMeasures } from '../attempt/billing/measures.ts';
import { Accumulator } from '../calls/stream/accumulate.ts';
import type { RequestState } from '../request.ts';

/** What a target has sent of an answer that is left early. */
export interface Sent extends AttemptMeasures {
  readonly text: string;
  /** The end of the answer, if it has arrived too. */
  readonly finish: ProviderFinishPart | undefined;
}

/** Adds what arrived and was not read: the vendor bills what it has sent, and may have sent its own count. */
export function withUnread(seen: AttemptMeasures, unread: readonly (ProviderStreamPart | Restart)[]): Sent {
  const { text = '', response = { headers: {} } } = seen;
  let { usage } = seen;
  let finish: ProviderFinishPart | undefined;
  const collected = new Accumulator();
  for (const part of unread) {
    if (part.type === 'finish') finish = part;
    else if (part.type === 'response') usage = part.usage ?? usage;
    else if (part.type !== 'restart') collected.add(part);
  }
  return { usage, response, text: text + collected.text() + collected.beside(), finish };
}

/**
 * Records an answer that is left early: with its exact usage if all of it has arrived, otherwise with an
 * estimate from the part that has.
 */
export function recordLeft(
  attempt: Attempt,
  { inputTokens }: Pick<RequestState, 'inputTokens'>,
  { finish, ...seen }: Sent,
  sent: boolean,
): void {
  if (finish === undefined) {
    attempt.abandon(seen, sent);
    return;
  }
  const response = seen.response ?? { headers: {} };
  const estimate = () => ({ inputTokens, outputTokens: estimateTokens(seen.text) });
  attempt.discard(finish.usage, attempt.price({ ...finish, response }, estimate), response);
}
