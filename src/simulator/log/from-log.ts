import type { Catalog } from '../../types/options/options.ts';
import type { Usage } from '../../types/result/usage.ts';
import { type Bill, priceOfBills } from '../prices.ts';
import { scriptOf } from '../scripts.ts';
import { behave, namesOf, type TargetSpec } from '../target-spec.ts';
import type { Arrival, World } from '../world.ts';
import type { LoggedRequest } from './read-log.ts';
import { isConversation, type Sample } from './sample.ts';
import { type Samples, samplesOf } from './samples.ts';

/** A world built from a log. */
export interface LoggedWorld {
  readonly world: World;
  /** The requests that are replayed. */
  readonly played: readonly LoggedRequest[];
  /** Omitted and unknown data, as sentences. */
  readonly notes: readonly string[];
}

/** With fewer attempts a target's figures are weak. */
const fewSamples = 50;
/** Why a target cannot take a request under any strategy. */
const unable = ['excluded', 'incapable', 'pinned', 'over-cost'];

interface Place extends TargetSpec {
  readonly samples: Samples;
}

/**
 * The traffic of a log, and targets that behave as they did at that time.
 *
 * @param specs targets from a file, which override the log
 * @param catalog for prices that neither of them knows
 */
export function worldOfLog(
  requests: readonly LoggedRequest[],
  specs: readonly TargetSpec[],
  catalog: Catalog | undefined,
): LoggedWorld {
  const start = requests[0]?.at ?? 0;
  const priced = (spec: TargetSpec): Place => {
    const samples = samplesOf(requests, spec.id);
    const listed = catalog?.price(spec.provider, spec.model, start);
    const price = spec.price ?? priceOfBills(billsOf(samples), listed);
    return { ...spec, samples, ...(price === undefined ? {} : { price }) };
  };
  const logged = targetsOf(requests).filter((id) => !specs.some((spec) => spec.id === id));
  const all = [...specs, ...logged.map(namesOf)].map(priced);
  const places = all.filter(({ behavior, samples }) => behavior !== undefined || isKnown(samples));
  const known = places.map(({ id }) => id);
  const wanted = requests.filter(({ kind, mirror }) => isConversation(kind) && !mirror);
  const routes = routesOf(wanted, known, specs);
  const usual = medianInput(requests);
  const judged = judgedRoutes(wanted);
  const arrivals = wanted
    .map((request) => ({ request, arrival: arrivalOf(request, places, routes, start, usual, judged) }))
    .filter((each): each is { request: LoggedRequest; arrival: Arrival } => each.arrival !== undefined);
  return {
    world: {
      start,
      targets: places.map(({ samples: _, behavior: __, model: ___, ...target }) => target),
      routes,
      arrivals: arrivals.map(({ arrival }) => arrival),
    },
    played: arrivals.map(({ request }) => request),
    notes: notesOf(requests, all, places, arrivals.length),
  };
}

function isKnown(samples: Samples): boolean {
  return samples.all.some(({ attempt }) => attempt.outcome === 'success');
}

function billsOf({ all }: Samples): readonly Bill[] {
  return all.flatMap(({ attempt: { usage, cost, serviceTier = 'standard', region } }) => {
    // Those of other tiers do not show the rates of the standard one.
    const usual = serviceTier === 'standard' && region === undefined;
    return usage === undefined || cost === undefined || !usual ? [] : [{ usage, cost }];
  });
}

/** All targets in the log, in the order in which the router usually tried them. */
function targetsOf(requests: readonly LoggedRequest[]): readonly string[] {
  const ranks = new Map<string, { sum: number; count: number }>();
  const note = (id: string, rank: number | undefined): void => {
    const known = ranks.get(id) ?? { sum: 0, count: 0 };
    ranks.set(id, rank === undefined ? known : { sum: known.sum + rank, count: known.count + 1 });
  };
  for (const { decision, attempts } of requests) {
    for (const [rank, { target }] of (decision?.candidates ?? []).entries()) note(target, rank);
    for (const { target } of decision?.skipped ?? []) note(target, undefined);
    for (const { target } of attempts) note(target, undefined);
  }
  const mean = ({ sum, count }: { sum: number; count: number }): number =>
    count === 0 ? Number.MAX_VALUE : sum / count;
  return [...ranks].toSorted(([, a], [, b]) => mean(a) - mean(b)).map(([id]) => id);
}

/** The members of each route, from its requests' decisions. Targets that only the file names join every route. */
function routesOf(
  requests: readonly LoggedRequest[],
  known: readonly string[],
  specs: readonly TargetSpec[],
): Readonly<Record<string, readonly string[]>> {
  const before = targetsOf(requests);
  const added = specs.map(({ id }) => id).filter((id) => !before.includes(id));
  const members = new Map<string, Set<string>>();
  for (const { route, decision, attempts } of requests) {
    const ids = members.get(route) ?? new Set(added);
    members.set(route, ids);
    for (const { target } of [...(decision?.candidates ?? []), ...(decision?.skipped ?? []), ...attempts])
      ids.add(target);
  }
  return Object.fromEntries(
    [...members]
      .map(([route, ids]) => [route, known.filter((id) => id === route || ids.has(id))] as const)
      .filter(([, ids]) => ids.length > 0),
  );
}

/** Routes on which a rejected answer failed over to another target. */
function judgedRoutes(requests: readonly LoggedRequest[]): ReadonlySet<string> {
  const judged = requests.filter(({ attempts }) =>
    attempts.slice(0, -1).some(({ error }) => error?.kind === 'output'),
  );
  return new Set(judged.map(({ route }) => route));
}

function arrivalOf(
  request: LoggedRequest,
  places: readonly Place[],
  routes: World['routes'],
  start: number,
  usualInput: number,
  judged: ReadonlySet<string>,
): Arrival | undefined {
  const { at, kind, route, outcome, duration, decision, metadata, session } = request;
  // Sent to one target, whose id is the route.
  const aimed = places.some(({ id }) => id === route);
  const members = aimed ? [route] : (routes[route] ?? []);
  const without = (decision?.skipped ?? [])
    .filter(({ reason }) => unable.includes(reason))
    .map(({ target }) => target);
  const only = members.filter((id) => !without.includes(id));
  if (!isConversation(kind) || only.length === 0) return undefined; // nothing to play
  const inputTokens = inputOf(request) ?? usualInput;
  return {
    at: at - start,
    kind,
    route,
    metadata,
    inputTokens,
    ...(session === undefined ? {} : { session }),
    ...(only.length === members.length ? {} : { only }),
    ...(judged.has(route) ? { judged: true } : {}),
    ...(outcome === 'aborted' ? { leavesAfter: duration } : {}),
    answer(ask) {
      const { target, before, now } = ask;
      const place = places.find(({ id }) => id === target);
      if (place?.behavior !== undefined) return behave(place.behavior, { kind, inputTokens }, ask);
      const own = ownAttempt(request, target, before);
      if (own !== undefined) return scriptOf(kind, own, own.usage ?? { inputTokens });
      const drawn = place?.samples.draw({ ...ask, at: start + now, kind, inputTokens });
      return drawn === undefined ? {} : scriptOf(kind, drawn.attempt, usageFor(request, inputTokens, drawn));
    },
  };
}

/** The target's own outcome for this request. A bad request for one vendor is a bad request for all. */
function ownAttempt({ attempts }: LoggedRequest, target: string, before: number) {
  const done = attempts.filter(({ outcome }) => outcome !== 'abandoned');
  return (
    done.filter((attempt) => attempt.target === target)[before] ??
    done.find(({ error }) => error?.kind === 'bad-request')
  );
}

/** The request's own input with another request's output, and the other's share of prompt-cache hits. */
function usageFor({ usage }: LoggedRequest, inputTokens: number, { attempt }: Sample): Usage {
  const { usage: other = {} } = attempt;
  const share = (tokens: number | undefined): number | undefined =>
    tokens === undefined || !other.inputTokens
      ? undefined
      : Math.round((tokens / other.inputTokens) * inputTokens);
  return {
    inputTokens,
    outputTokens: other.outputTokens,
    reasoningTokens: other.reasoningTokens,
    cacheReadTokens: share(other.cacheReadTokens),
    cacheWriteTokens: share(other.cacheWriteTokens),
    cacheWrite1hTokens: share(other.cacheWrite1hTokens),
    audioInputTokens: usage?.audioInputTokens,
    webSearches: usage?.webSearches,
    fileSearches: usage?.fileSearches,
  };
}

function inputOf({ usage, attempts }: LoggedRequest): number | undefined {
  return usage?.inputTokens ?? attempts.find((attempt) => attempt.usage?.inputTokens)?.usage?.inputTokens;
}

function medianInput(requests: readonly LoggedRequest[]): number {
  const known = requests.flatMap((request) => inputOf(request) ?? []).toSorted((a, b) => a - b);
  return known[Math.floor(known.length / 2)] ?? 1_000;
}

function notesOf(
  requests: readonly LoggedRequest[],
  all: readonly Place[],
  places: readonly Place[],
  played: number,
): readonly string[] {
  const embeddings = requests.filter(({ kind }) => kind === 'embed').length;
  const images = requests.filter(({ kind }) => kind === 'image').length;
  const copies = requests.filter(({ kind, mirror }) => isConversation(kind) && mirror).length;
  const lost = requests.length - embeddings - images - copies - played;
  const missing = all.filter((place) => !places.includes(place)).map(({ id }) => id);
  const unpriced = places.filter(({ price }) => price === undefined).map(({ id }) => id);
  const scarce = places.filter(
    ({ behavior, samples }) => behavior === undefined && samples.all.length < fewSamples,
  );
  return [
    ...(embeddings > 0 ? [`${embeddings} embedding requests are skipped.`] : []),
    ...(images > 0 ? [`${images} image requests are skipped.`] : []),
    ...(copies > 0
      ? [`${copies} mirror copies are not replayed; they count as samples of their target.`]
      : []),
    ...(lost > 0 ? [`${lost} requests are skipped: no target could have served them.`] : []),
    ...missing.map((id) => `${id} is skipped: the log has no answer from it.`),
    ...unpriced.map(
      (id) => `The price of ${id} is unknown, so its costs are missing. Set one with --targets.`,
    ),
    ...scarce.map(({ id, samples }) => `The log has only ${samples.all.length} attempts at ${id}.`),
  ];
}
