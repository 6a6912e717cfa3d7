import {
  type AttemptEndEvent,
  type AttemptStartEvent,
  type Health,
  isRouterError,
  type StreamPart,
  type TargetStateEvent,
} from 'signalbox';
import type { Seen } from './callers.ts';
import { type AttemptEnd, type History, historyOf } from './history.ts';
import { asksOf } from './repeats.ts';
import type { World } from './simulate.ts';
import type { VendorCall } from './vendor.ts';

/** What holds in every world. Yields what breaks it, in words. */
type Property = (world: World, history: History) => Iterable<string>;

/** Moments are sums of fractions. */
const rounding = 1e-6;

/** States that only a failure leads to. */
const worsened: readonly Health[] = ['failing', 'cooling-down', 'misconfigured'];

const about = ({ plan }: Seen): string => `request ${plan.number} (${plan.kind}, ${plan.route})`;

export const properties: Readonly<Record<string, Property>> = {
  *'every request settles'({ hanging }) {
    if (hanging > 0) yield `${hanging} requests hang`;
  },

  *'a request settles by its deadline, and as soon as its caller gives up or the router is closed'(
    { requests, closedAt = Number.POSITIVE_INFINITY },
    { deadlineOf },
  ) {
    for (const seen of requests) {
      const given = Math.max(seen.startedAt, Math.min(seen.abortedAt ?? Number.POSITIVE_INFINITY, closedAt));
      const last = Math.min(deadlineOf(seen), given) + rounding;
      for (const at of [seen.openedAt, seen.settledAt]) {
        if (at !== undefined && at > last) yield `${about(seen)}: ${at}, not ${last}`;
      }
    }
  },

  *'exactly one request-end per request, after all its other events'({ requests, events }, { requestOf }) {
    const ends = new Map<number, number>();
    for (const { event } of events) {
      const request = requestOf(event);
      if (request === undefined) continue;
      const before = ends.get(request) ?? 0;
      if (event.type === 'request-end') ends.set(request, before + 1);
      else if (before > 0) yield `request ${request}: ${event.type} after its end`;
    }
    for (const seen of requests) {
      const count = ends.get(seen.plan.number) ?? 0;
      if (count !== 1) yield `${about(seen)}: ${count}`;
    }
  },

  *'request-end says what the caller saw'({ requests }, { endOf }) {
    for (const seen of requests) {
      const end = endOf(seen);
      const outcome =
        seen.answer !== undefined
          ? 'success'
          : seen.abortedAt !== undefined && ownReason(seen)
            ? 'aborted'
            : 'failed';
      const code = isRouterError(seen.failure?.error) ? seen.failure.error.code : undefined;
      // What is read ahead for others can have failed before its reader leaves.
      const failedBefore = mayOutliveItsCaller(seen) && end?.outcome === 'failed' && end.error === code;
      if (seen.left ? end?.outcome === 'failed' && !failedBefore : end?.outcome !== outcome)
        yield `${about(seen)}: ${end?.outcome}, but it was ${outcome}`;
      if (!seen.left && end?.error !== code) yield `${about(seen)}: error ${end?.error}, but it was ${code}`;
      if (
        end !== undefined &&
        !mayOutliveItsCaller(seen) &&
        Math.abs(end.duration - ((seen.settledAt ?? 0) - seen.startedAt)) > rounding
      )
        yield `${about(seen)}: duration ${end.duration}`;
    }
  },

  *'every attempt that starts ends once, and none ends that did not start'({ events }, { requestOf }) {
    const open = new Set<string>();
    for (const { event } of events) {
      if (event.type !== 'attempt-start' && event.type !== 'attempt-end') continue;
      const name = `request ${requestOf(event)}, attempt ${event.attempt} at ${event.target}`;
      if (event.type === 'attempt-start') {
        if (open.has(name)) yield `${name} starts twice`;
        open.add(name);
      } else if (!open.delete(name)) yield `${name} ends without being under way`;
    }
    for (const name of open) yield `${name} never ends`;
  },

  *'an attempt lasts from its start to its end, and its first token comes in between'(
    { requests },
    { startsOf, endsOf },
  ) {
    for (const seen of requests) {
      for (const { at, event } of endsOf(seen)) {
        const start = startsOf(seen).find((other) => other.event.attempt === event.attempt)?.at ?? 0;
        if (Math.abs(at - start - event.duration) > rounding)
          yield `${about(seen)}: ${event.duration}, not ${at - start}`;
        const { firstToken = 0 } = event;
        if (firstToken < 0 || firstToken > event.duration + rounding)
          yield `${about(seen)}: first token after ${firstToken} of ${event.duration}`;
      }
    }
  },

  *'attempts are no more than maxAttempts, and failed ones at one target no more than retry.sameTarget allows'(
    { requests },
    { startsOf, endsOf, policiesOf },
  ) {
    for (const seen of requests) {
      if (seen.plan.kind === 'embed') continue; // one for each portion of its values
      const { maxAttempts, sameTarget } = policiesOf(seen);
      const starts = startsOf(seen);
      const ends = endsOf(seen);
      // One that lost a race has not been tried.
      const lost = ends.filter(
        (end) => end.event.outcome === 'abandoned' || (isTimeout(end) && outlived(end, ends)),
      );
      if (starts.length > maxAttempts) yield `${about(seen)}: ${starts.length}, not ${maxAttempts}`;
      const failed = ends.filter((end) => end.event.outcome === 'failed' && !lost.includes(end));
      const targets = failed.map(({ event }) => `${event.target} ${event.key ?? ''}`);
      for (const target of new Set(targets)) {
        const times = targets.filter((other) => other === target).length;
        if (times > 1 + sameTarget) yield `${about(seen)}: ${times} at ${target}`;
      }
    }
  },

  *'no attempt starts after the deadline, after the caller gave up, after the end or after close'(
    { requests, closedAt = Number.POSITIVE_INFINITY },
    { startsOf, deadlineOf },
  ) {
    for (const seen of requests) {
      const last = Math.min(
        deadlineOf(seen),
        seen.abortedAt ?? Number.POSITIVE_INFINITY,
        closedAt,
        seen.settledAt ?? Number.POSITIVE_INFINITY,
      );
      for (const { at } of startsOf(seen)) {
        if (mayOutliveItsCaller(seen)) break;
        if (at > last + rounding) yield `${about(seen)}: at ${at}, not after ${last}`;
      }
      if (seen.plan.abortAfter === 0 && startsOf(seen).length > 0) yield `${about(seen)}: given up before`;
    }
  },

  *'only targets are asked that the request allows'({ requests }, { startsOf, endOf, membersOf }) {
    for (const seen of requests) {
      const { only, maxCost } = seen.plan.options;
      const decision = endOf(seen)?.decision;
      for (const { event } of startsOf(seen)) {
        const { target } = event;
        if (!membersOf(seen).includes(target) || only?.includes(target) === false)
          yield `${about(seen)}: ${target}`;
        const expected = decision?.candidates.find((candidate) => candidate.target === target)?.estimatedCost;
        if (maxCost !== undefined && (expected ?? 0) > maxCost)
          yield `${about(seen)}: ${target} for ${expected}`;
      }
    }
  },

  *'a caller who gives up gets its own reason, and one who does not never gets it'({ requests }, { endOf }) {
    for (const seen of requests) {
      const failures = [seen.failure, seen.readingFailure].flatMap((failure) => failure ?? []);
      const given = failures.some(({ error }) => error === seen.reason);
      if (given && seen.abortedAt === undefined) yield `${about(seen)}: did not give up`;
      const outcome = endOf(seen)?.outcome;
      if (outcome === 'aborted' && !seen.left && failures[0]?.error !== seen.reason)
        yield `${about(seen)}: got ${failures[0]?.error}`;
      for (const { error } of failures) {
        if (error !== seen.reason && !isRouterError(error)) yield `${about(seen)}: got ${error}`;
      }
    }
  },

  *'an answer is the whole text of one call at the target that it names, for this request'(
    { requests, calls },
    { startsOf, endOf },
  ) {
    for (const seen of requests) {
      const { answer, plan } = seen;
      if (answer === undefined) continue;
      const isFound = endOf(seen)?.lookup !== undefined;
      if (!isFound && !startsOf(seen).some(({ event }) => event.target === answer.target))
        yield `${about(seen)}: ${answer.target} was not asked`;
      if (plan.kind === 'embed') {
        if (answer.text !== '') yield `${about(seen)}: ${answer.text}`;
        continue;
      }
      const said = sayers(answer.text, ofRequest(calls, asksOf(plan)));
      const right = said.some(
        ({ call, all }) => all && call.target === answer.target && call.error === undefined,
      );
      if (!right) yield `${about(seen)}: ${answer.target} did not say ${JSON.stringify(answer.text)}`;
    }
  },

  *'what a reader sees since the last restart is the beginning of one call’s text, and all of it with the finish'({
    requests,
    calls,
  }) {
    for (const seen of requests) {
      const { parts, plan, answer } = seen;
      if (parts.length === 0) continue;
      const text = textOf(parts);
      if (sayers(text, ofRequest(calls, asksOf(plan))).length === 0)
        yield `${about(seen)}: nobody said ${JSON.stringify(text)}`;
      const finish = parts.at(-1)?.type === 'finish';
      const whole = finish || (plan.reader === 'text' && seen.readingFailure === undefined);
      if (whole && answer === undefined) yield `${about(seen)}: a finish without a result`;
      if (whole && text !== answer?.text)
        yield `${about(seen)}: ${JSON.stringify(text)}, not ${answer?.text}`;
      if (!whole && !seen.left && seen.readingFailure === undefined)
        yield `${about(seen)}: ends without finish or error`;
      for (const [index, part] of parts.entries()) {
        if (part.type === 'finish' && part.target !== answer?.target) yield `${about(seen)}: ${part.target}`;
        if (part.type === 'restart' && index === 0) yield `${about(seen)}: begins with a restart`;
      }
    }
  },

  *'nothing comes after finish'({ requests }) {
    for (const seen of requests) if (seen.late > 0) yield about(seen);
  },

  *'a stream does not restart where it is to end with an error'({ requests }, { policiesOf }) {
    for (const seen of requests) {
      if (policiesOf(seen).interrupted.endsWith('restart')) continue;
      if (seen.parts.some(({ type }) => type === 'restart')) yield about(seen);
    }
  },

  *'the usage events of a request come to what its end says, and no figure is negative'(
    { requests },
    { endOf, usageOf },
  ) {
    for (const seen of requests) {
      const end = endOf(seen);
      const costs = usageOf(seen).map(({ cost }) => cost?.total ?? 0);
      const said = (end?.cost?.total ?? 0) + (end?.wastedCost ?? 0);
      if (Math.abs(sum(costs) - said) > 1e-9) yield `${about(seen)}: ${sum(costs)}, but it says ${said}`;
      if ([...costs, said, end?.wastedCost ?? 0].some((cost) => !(cost >= 0)))
        yield `${about(seen)}: negative`;
    }
  },

  *'an answer costs what its vendor counted, and nothing if it was found'(
    { requests, calls, plan },
    { endOf },
  ) {
    for (const seen of requests) {
      const { answer } = seen;
      if (answer === undefined || seen.plan.kind === 'embed') continue;
      const call = calls.find(({ text }) => text === answer.text);
      const price = plan.targets.find(({ id }) => id === answer.target)?.price;
      if (call === undefined || price === undefined) continue;
      const { inputTokens, outputTokens } = call.usage;
      const made =
        (inputTokens * price.input + outputTokens * (price.output ?? 0)) / 1_000_000 + (price.request ?? 0);
      const cost = endOf(seen)?.lookup === undefined ? made : 0;
      // Amounts are whole billionths of a dollar.
      if (Math.abs((answer.cost?.total ?? -1) - cost) > 1e-9)
        yield `${about(seen)}: ${answer.cost?.total}, not ${cost}`;
    }
  },

  *'no more calls are under way at a target than its concurrency'({ crowded }) {
    for (const { target, at, open } of crowded) yield `${open} at ${target}, at ${at}`;
  },

  *'no more attempts are under way with a key than its concurrency'({ plan, events }) {
    const open = new Map<string, number>();
    for (const { event, at } of events) {
      if ((event.type !== 'attempt-start' && event.type !== 'attempt-end') || event.key === undefined)
        continue;
      const provider = plan.targets.find(({ id }) => id === event.target)?.provider ?? '';
      const most = plan.keys[provider]?.[event.key]?.concurrency ?? Number.POSITIVE_INFINITY;
      const name = `key ${event.key} of ${provider}`;
      const count = (open.get(name) ?? 0) + (event.type === 'attempt-start' ? 1 : -1);
      open.set(name, count);
      if (count > most) yield `${count} with ${name} at ${at}`;
    }
  },

  *'no more calls begin than rpm gives, and one full bucket'({ plan, calls }) {
    for (const { id, rpm } of plan.targets) {
      if (rpm !== undefined)
        yield* overdrawn(
          id,
          calls.filter(({ target }) => target === id),
          rpm,
        );
    }
    for (const [provider, keys] of Object.entries(plan.keys)) {
      for (const [number, { rpm }] of keys.entries()) {
        const own = calls.filter((call) => call.provider === provider && call.key === number);
        if (rpm !== undefined) yield* overdrawn(`key ${number} of ${provider}`, own, rpm);
      }
    }
  },

  *'a target whose vendor said when to come back is not asked before that'(
    { requests },
    { exhaustedUntil, quarantinedUntil, startsOf },
  ) {
    for (const seen of requests) {
      const asked = new Set<string>();
      for (const { at, event } of startsOf(seen)) {
        // Embeddings that were begun there go on there.
        if (seen.plan.kind === 'embed' && asked.has(event.target)) continue;
        asked.add(event.target);
        const until = exhaustedUntil(event, at);
        // One that is misconfigured as well is asked what is wrong with it, where nothing else is left.
        if (until > at + rounding && quarantinedUntil(event, at) < at)
          yield `${about(seen)}: ${event.target} at ${at}, exhausted until ${until}`;
      }
    }
  },

  *'a breaker opens only after a failure of its target, or of one that shares its key'({ plan, events }) {
    const provider = new Map(plan.targets.map((target) => [target.id, target.provider]));
    const failedAt = new Map<string | undefined, number>();
    for (const { event, at } of events) {
      if (event.type !== 'attempt-end' || event.outcome !== 'failed') continue;
      const of = provider.get(event.target);
      if (!failedAt.has(of)) failedAt.set(of, at);
    }
    for (const { event, at } of events) {
      if (event.type !== 'target-state' || event.state !== 'failing') continue;
      if ((failedAt.get(provider.get(event.target)) ?? Number.POSITIVE_INFINITY) > at)
        yield `${event.target} at ${at}`;
    }
  },

  *'an attempt fails as its vendor made it fail, or by a time-out'(
    { events, calls },
    { requestOf, askedBy },
  ) {
    for (const { event, at } of events) {
      if (event.type !== 'attempt-end' || event.outcome !== 'failed') continue;
      const { kind } = event.error ?? {};
      if (kind === 'timeout') continue;
      const made = calls.some(
        ({ request, target, error, at: from }) =>
          request === askedBy(event) && target === event.target && error === kind && from <= at,
      );
      if (!made) yield `request ${requestOf(event)} at ${event.target}: ${kind}`;
    }
  },

  *'no request is lost while a healthy target is there that it has not asked'({ requests }, { missedBy }) {
    for (const seen of requests) {
      for (const target of missedBy(seen)) {
        yield `${about(seen)}: ${describe(seen.failure?.error)}, but ${target} was well from ${seen.startedAt} to ${seen.settledAt}`;
      }
    }
  },

  *'no request waits for its turn while a healthy target has a place for it'({ requests }, { ignoredBy }) {
    for (const seen of requests) {
      if (isShared(seen, requests)) continue; // it can wait for the answer of another one
      for (const target of ignoredBy(seen)) yield `${about(seen)}: ${target} had one`;
    }
  },

  *'a target that is open, exhausted or quarantined is not asked while a healthy one has a place'(
    { requests },
    { startsOf, preferredTo },
  ) {
    for (const seen of requests) {
      for (const start of startsOf(seen)) {
        for (const target of preferredTo(seen, start))
          yield `${about(seen)}: ${start.event.target} at ${start.at}, not ${target}`;
      }
    }
  },

  *'an attempt at a healthy target that has all the time it needs does not fail'({ requests }, { wronged }) {
    for (const seen of requests) {
      for (const { event } of wronged(seen))
        yield `${about(seen)}: attempt ${event.attempt} at ${event.target}: ${event.error?.kind} after ${event.duration}`;
    }
  },

  *'a request at fault changes no target’s state'({ plan, events, requests, stats }, { callOf, endsOf }) {
    const isAtFault = (end: AttemptEnd): boolean => callOf(end)?.because === 'request';
    const provider = new Map(plan.targets.map(({ id, provider: name }) => [id, name]));
    /** When something else last failed at each address, and when each target was last looked at, as places in the list. */
    const failed = new Map<string | undefined, number>();
    const looked = new Map<string, number>();
    const viewOf = (event: AttemptEndEvent | AttemptStartEvent): string =>
      `${event.target} ${plan.requests[Number(event.metadata['request'])]?.kind === 'embed'}`;
    let noticed: TargetStateEvent | undefined;
    for (const [place, { at, event }] of events.entries()) {
      if (event.type === 'target-state') {
        noticed = event;
        continue;
      }
      if (event.type !== 'attempt-end' && event.type !== 'attempt-start') continue;
      if (event.type === 'attempt-end' && event.outcome === 'failed') {
        if (!isAtFault({ at, event })) failed.set(provider.get(event.target), place);
        // What an attempt's end changes is reported just before it; it can also be an earlier failure of another target's.
        // The end of a cooldown shows a breaker that opened before; a failure that counts now is found by the counts below.
        const worse =
          noticed?.target === event.target &&
          worsened.includes(noticed.state) &&
          noticed.previous !== 'cooling-down';
        const others = (failed.get(provider.get(event.target)) ?? -1) >= (looked.get(viewOf(event)) ?? -1);
        if (worse && !others && isAtFault({ at, event }))
          yield `${event.target} is ${noticed?.state} at ${at}, by request ${event.metadata['request']}`;
      }
      looked.set(viewOf(event), place);
      noticed = undefined;
    }
    for (const { id, failures } of stats) {
      const ends = requests.flatMap(endsOf).filter(({ event }) => event.target === id);
      const against = ends.filter((end) => end.event.outcome === 'failed' && !isAtFault(end)).length;
      if (failures > against) yield `${id} has ${failures} failures, of which ${against} are its own`;
    }
  },

  *'nothing is refused that no one refused'({ requests }, { openTo }) {
    for (const seen of requests) {
      const error = seen.failure?.error;
      if (!isRouterError(error, 'no-target') && !isRouterError(error, 'deadline')) continue;
      if (isShared(seen, requests)) continue;
      for (const target of openTo(seen))
        yield `${about(seen)}: ${describe(error)}, but ${target} was open to it`;
    }
  },

  *'a request is not lost to dead connections alone'(
    { plan: { targets, keys }, requests },
    { endsOf, callOf, policiesOf, membersOf, stateAtEnd },
  ) {
    for (const seen of requests) {
      const { failure, plan } = seen;
      const { sameTarget, maxAttempts } = policiesOf(seen);
      if (!isRouterError(failure?.error, 'all-targets-failed') || plan.kind === 'embed') continue;
      const ends = endsOf(seen);
      if (sameTarget === 0 || ends.length >= maxAttempts) continue;
      // Attempts beside each other can all find their connections dead.
      if (ends.some((end) => outlived(end, ends))) continue;
      // With others to ask, or limits, it may come to wait for one of them.
      const [only, another] = membersOf(seen).map((id) => targets.find((target) => target.id === id));
      if (only === undefined || another !== undefined || keys[only.provider] !== undefined) continue;
      if ([only.concurrency, only.rpm, only.tpm].some((limit) => limit !== undefined)) continue;
      // A target that is not to be asked is asked once, where nothing else is left.
      const mayBeAsked = ({ event }: AttemptEnd): boolean =>
        !worsened.includes(stateAtEnd(seen, event.target) ?? 'healthy');
      if (ends.every((end) => callOf(end)?.because === 'dead connection' && mayBeAsked(end)))
        yield about(seen);
    }
  },

  *'nothing is left when the world is over'({ timersLeft, callsLeft, stats, rejections }) {
    if (timersLeft > 0) yield `${timersLeft} timers`;
    for (const target of callsLeft) yield `a call at ${target}`;
    for (const { id, inFlight } of stats) if (inFlight !== 0) yield `${inFlight} in flight at ${id}`;
    for (const rejection of rejections) yield `an unhandled rejection: ${rejection}`;
  },
};

/** Whether other requests of a world with a cache ask the same. */
function isShared({ plan }: Seen, requests: readonly Seen[]): boolean {
  return requests.filter((other) => asksOf(other.plan) === asksOf(plan)).length > 1;
}

/** In worlds with a cache the work of a request can go on for others when its caller has left. */
function mayOutliveItsCaller({ plan, answer }: Seen): boolean {
  return plan.asks !== undefined && answer === undefined;
}

function ofRequest(calls: readonly VendorCall[], number: number): readonly VendorCall[] {
  return calls.filter(({ request }) => request === number);
}

/**
 * Calls that a text can be from: it begins what one of them would have said, or it is what another one had begun and what one
 * of them has added to that. `all`: nothing is left out at its end.
 */
function sayers(text: string, calls: readonly VendorCall[]): readonly { call: VendorCall; all: boolean }[] {
  return calls.flatMap((call) => {
    const { before } = call;
    if (
      !text.startsWith(before) ||
      (before !== '' &&
        sayers(
          before,
          calls.filter((other) => other !== call),
        ).length === 0)
    )
      return [];
    const own = before === '' ? text : text.slice(before.length).trimStart();
    return call.text.startsWith(own) ? [{ call, all: call.text === own }] : [];
  });
}

/** Where calls are more than a bucket holds that is full at first and gets `rpm` in each minute. */
function* overdrawn(name: string, calls: readonly VendorCall[], rpm: number): Iterable<string> {
  let spent = 0;
  let last = 0;
  for (const { at } of calls) {
    spent = Math.max(0, spent - ((at - last) * rpm) / 60_000) + 1;
    last = at;
    if (spent > rpm + rounding) yield `${name}: ${spent} at ${at}, rpm ${rpm}`;
  }
}

function isTimeout({ event }: AttemptEnd): boolean {
  return event.error?.kind === 'timeout';
}

/** Whether another attempt was under way when this one ended. */
function outlived(end: AttemptEnd, all: readonly AttemptEnd[]): boolean {
  return all.some(
    ({ at, event }, index) => at >= end.at && index > all.indexOf(end) && at - event.duration < end.at,
  );
}

/** All that is broken in a world. */
export function faultsOf(world: World): readonly string[] {
  const history = historyOf(world);
  return Object.entries(properties).flatMap(([name, property]) => {
    const found = [...property(world, history)];
    const more = found.length > 3 ? [`  … and ${found.length - 3} more`] : [];
    return found.length === 0 ? [] : [`${name}:`, ...found.slice(0, 3).map((fault) => `  ${fault}`), ...more];
  });
}

function ownReason({ failure, reason }: Seen): boolean {
  return failure?.error === reason;
}

function textOf(parts: readonly StreamPart[]): string {
  return parts.reduce((text, part) => {
    if (part.type === 'restart') return '';
    return part.type === 'text-delta' ? text + part.text : text;
  }, '');
}

function sum(figures: readonly number[]): number {
  return figures.reduce((total, figure) => total + figure, 0);
}

function describe(error: unknown): string {
  return isRouterError(error) ? `${error.code}: ${error.message}` : String(error);
}
