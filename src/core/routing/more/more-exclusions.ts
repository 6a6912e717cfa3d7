import { CostLimitError } from '../../../errors.ts';
import type { RequestState } from '../../request.ts';
import { type Exclude, lasting } from '../exclude.ts';

const pinnedElsewhere: Exclude = ({ of }, { pin }) =>
  pin === undefined || of.channels.some(pin) ? undefined : lasting({ reason: 'pinned' });

const notAllowed: Exclude = ({ of }, { options: { only } }) =>
  only === undefined || only.includes(of.id) ? undefined : lasting({ reason: 'excluded' });

const takesNoAuth: Exclude = ({ of: { provider } }, { options: { auth } }) =>
  auth?.[provider.name] === undefined || provider.takesAuth === true
    ? undefined
    : lasting({ reason: 'incapable', lacks: 'a key per call' });

const overCost: Exclude = (candidate, { options: { maxCost } }) => {
  if (maxCost === undefined) return undefined;
  const { estimatedCost } = candidate;
  // An unknown price cannot satisfy a limit.
  if ((estimatedCost ?? Number.POSITIVE_INFINITY) <= maxCost) return undefined;
  return {
    trace: { reason: 'over-cost', ...(estimatedCost === undefined ? {} : { estimatedCost }) },
    passes: false,
    error: (decision) => new CostLimitError(maxCost, decision),
  };
};

/** The reasons by options and plugins, in order: before and after those of ability. */
export function moreExclusions(request: RequestState): Record<'before' | 'after', readonly Exclude[]> {
  const { pin, options } = request;
  const before: Exclude[] = [];
  const after: Exclude[] = [];
  if (pin !== undefined) before.push(pinnedElsewhere);
  if (options.only !== undefined) before.push(notAllowed);
  if (options.auth !== undefined) after.push(takesNoAuth);
  for (const ofPlugin of request.env.stations.exclude ?? [])
    after.push((candidate) => ofPlugin(candidate, request.context));
  if (options.maxCost !== undefined) after.push(overCost);
  return { before, after };
}
