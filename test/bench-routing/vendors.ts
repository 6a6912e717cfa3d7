import type { Clock, Message, Price, Provider, TargetOptions } from 'signalbox';
import { type Script, scriptedProvider } from 'signalbox/testing';
import { chance } from './chance.ts';
import { slowestRefusal, type Truth } from './truth.ts';
import type { RequestPlan, TargetPlan, World } from './worlds.ts';

/** Which throw of chance is for what. */
const throws = { latency: 1, failure: 2, refusal: 3 } as const;

/** The world's targets, over providers that do what is true of them. */
export function openTargets(world: World, truth: Truth, clock: Clock): readonly TargetOptions[] {
  const requests = new Map(world.requests.map((request) => [nameOf(request.messages), request]));
  return world.targets.map((target, index) => ({
    id: target.id,
    model: target.id,
    provider: openProvider({ world, requests, target, index, truth, clock }),
    price: livePrice(target, truth),
  }));
}

/** Milliseconds without a token, at most: a real vendor has none that would look like a stalled stream. */
const longestGap = 10_000;

interface Place {
  readonly world: World;
  readonly requests: ReadonlyMap<string, RequestPlan>;
  readonly target: TargetPlan;
  readonly index: number;
  readonly truth: Truth;
  readonly clock: Clock;
}

function openProvider(place: Place): Provider {
  const { requests, target, clock } = place;
  /** How often a request has come, so that a retry has luck of its own. */
  const times = new Map<number, number>();
  return scriptedProvider(
    target.id,
    (call) => {
      const request = 'messages' in call ? requests.get(nameOf(call.messages)) : undefined;
      if (request === undefined) throw new Error('a call that is of no request');
      const time = times.get(request.number) ?? 0;
      times.set(request.number, time + 1);
      return answer(place, request, time);
    },
    clock,
  );
}

/** The first word of a prompt's last message says which request it is. */
function nameOf(messages: readonly Message[]): string {
  return String(messages.at(-1)?.content).split(' ', 1)[0] ?? '';
}

function answer({ world, target, index, truth }: Place, request: RequestPlan, time: number): Script {
  const draw = (what: number): number => chance(world.seed, request.number, index, time, what);
  const refusal = slowestRefusal * draw(throws.refusal);
  // None of these says that there is too much traffic: there is not.
  const failure = { delay: refusal, error: { kind: 'server', status: 500 } } as const;
  if (truth.isOut(target)) return failure;
  const retryAfter = truth.refused(target);
  if (retryAfter !== undefined)
    return { delay: refusal, error: { kind: 'rate-limit', status: 429, retryAfter, limit: 'requests' } };
  if (draw(throws.failure) < target.errorRate) return failure;
  const cached = truth.cached(target, request);
  truth.take(target, request);
  const { inputTokens, outputTokens } = request;
  const reading = (target.reading * (inputTokens - cached)) / 1_000;
  const writing = (outputTokens * 1_000) / target.tokenRate;
  const steps = Math.max(1, Math.ceil(writing / longestGap));
  return {
    delay: truth.slowness(target) * (target.law.quantile(draw(throws.latency)) + reading),
    // One token, and after a while many others: of each it would be the same, but take longer to play.
    text: ['w', ...Array.from({ length: steps }, () => 'ords')],
    gap: writing / steps,
    usage: { inputTokens, outputTokens, cacheReadTokens: cached },
  };
}

/** A price that changes when the target's does. */
function livePrice(target: TargetPlan, truth: Truth): Price {
  if (target.later === undefined) return target.price;
  return {
    get input() {
      return truth.priceOf(target).input;
    },
    get output() {
      return truth.priceOf(target).output ?? 0;
    },
    get cacheRead() {
      return truth.priceOf(target).cacheRead ?? truth.priceOf(target).input;
    },
  };
}
