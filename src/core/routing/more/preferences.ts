import type { Candidate } from '../../../types/options/strategy.ts';
import { hash } from '../../../util/hash.ts';
import { hasCapacity } from '../../admission/capacity.ts';
import type { RequestState } from '../../request.ts';
import type { Channel, Target } from '../../targets/target.ts';
import { CandidateView } from '../candidate-view.ts';

/** The channels that may take a request that depends on state at one vendor; `undefined` if it depends on none. */
export function pinOf({ request, route, env }: RequestState): ((channel: Channel) => boolean) | undefined {
  const options = request.providerOptions;
  if (options === undefined) return undefined;
  for (const { provider } of route.targets) {
    const binding = provider.boundBy?.(options);
    if (binding === undefined) continue;
    const known = binding.responseId === undefined ? undefined : env.affinity.channelOf(binding.responseId);
    if (known !== undefined) return (channel) => channel === known;
    return ({ provider: own }) => own.boundBy?.(options) !== undefined;
  }
  return undefined;
}

/** Orders a target's channels: free ones first, then by load. */
export function byPreference({ channels }: Target, { session, env }: RequestState): readonly Channel[] {
  if (channels.length === 1) return channels;
  // A vendor's prompt cache belongs to one account.
  const first = session === undefined ? Math.floor(env.random() * channels.length) : hash(session);
  return channels
    .map((channel, index) => ({
      channel,
      full: hasCapacity(channel) ? 0 : 1,
      load: session === undefined ? channel.places.taken : 0,
      turn: (index + channels.length - (first % channels.length)) % channels.length,
    }))
    .sort((a, b) => a.full - b.full || a.load - b.load || a.turn - b.turn)
    .map(({ channel }) => channel);
}

/** Below this share of remaining vendor limits, a target gets gradually less traffic. */
const scarce = 0.1;

/** A target whose breaker has just closed regains traffic gradually; for the rest of the requests it ranks last. */
export function recoveringLast(
  order: readonly Candidate[],
  request: RequestState,
  now: number,
): readonly Candidate[] {
  const held = order.filter(
    (candidate) => CandidateView.is(candidate) && isHeldBack(candidate, request, now),
  );
  if (held.length === 0) return order;
  return [...order.filter((candidate) => !held.includes(candidate)), ...held];
}

/** Whether a target that regains traffic, or is near a limit, leaves this request to others. */
export function isHeldBack(candidate: CandidateView, { env }: RequestState, now: number): boolean {
  if (candidate.plain) return false;
  const { of, headroom } = candidate;
  const own = of.breaker.share(now);
  const shared = of.channels[0]?.key.endpoint.breaker.share(now) ?? 1;
  if (own === 1 && shared === 1 && headroom >= scarce) return false;
  // Shifts load away before the vendor refuses requests.
  return env.random() >= Math.min(own, shared) * Math.min(1, headroom / scarce);
}
