import type { Clock, KeyLimits, Provider, VendorLimit } from 'signalbox';
import { type Script, type ScriptedProvider, scriptedProvider } from 'signalbox/testing';
import { dice } from './dice.ts';
import { type RequestFault, takesFault } from './more-trouble.ts';
import { type Failure, inSteps, type Plan, type TargetPlan, type Trouble, type Window } from './plan.ts';

/** One call that a vendor got. */
export interface VendorCall {
  readonly target: string;
  readonly provider: string;
  /** Which of the provider's keys, where it has several. */
  readonly key: number | undefined;
  /** The number of the request that it is for. */
  readonly request: number;
  readonly at: number;
  /** The text so far that it received, where it was to continue. */
  readonly before: string;
  /** All the text that it would have given, without what it says again; no other call has the same. */
  readonly text: string;
  /** The failure it was to send; `undefined`: it was to answer. */
  readonly error: string | undefined;
  /** When it said to come back: milliseconds. */
  readonly retryAfter: number | undefined;
  /** Why it fails, where that is not the target's doing, or where nothing says whose it is. */
  readonly because: 'request' | 'dead connection' | 'unclear' | undefined;
  readonly usage: { readonly inputTokens: number; readonly outputTokens: number };
}

/** All vendors of a world: providers, and for each target its own server, which knows what it was asked. */
export interface Vendors {
  provider(name: string): Provider;
  readonly servers: ReadonlyMap<string, ScriptedProvider>;
  readonly calls: readonly VendorCall[];
}

type ScriptError = NonNullable<Script['error']>;

const errors: Readonly<Record<Failure, ScriptError>> = {
  server: { kind: 'server', status: 500 },
  overloaded: { kind: 'overloaded', status: 529 },
  reset: { kind: 'network', code: 'ECONNRESET' },
  truncated: { kind: 'truncated', answered: true },
  malformed: { kind: 'malformed', status: 200 },
  unknown: { kind: 'unknown' },
  'rate-limit': { kind: 'rate-limit', status: 429 },
  'bad-request': { kind: 'bad-request', status: 400 },
  'content-filter': { kind: 'content-filter', status: 400 },
  'context-length': { kind: 'context-length', status: 400 },
  'not-found': { kind: 'not-found', status: 404 },
};
const breaksInTheMiddle: readonly Failure[] = ['server', 'overloaded', 'reset', 'truncated'];
const slowness = 30_000;

export function openVendors(plan: Plan, clock: Clock): Vendors {
  const calls: VendorCall[] = [];
  const servers = new Map<string, ScriptedProvider>();
  const keyOf = new WeakMap<object, number>();
  for (const [index, target] of plan.targets.entries()) {
    const world = { plan, clock, calls, keyOf };
    servers.set(target.id, forecasting(target, openServer(target, plan.seed * 31 + index, world), clock));
  }
  const providers = new Map<string, Provider>();
  const server = (model: string): ScriptedProvider => {
    const found = servers.get(model);
    if (found === undefined) throw new Error(`no server for ${model}`);
    return found;
  };
  const made = (name: string, key: number | undefined, limits: KeyLimits = {}): Provider => {
    const withKey = <Call extends object>(call: Call): Call => {
      if (key !== undefined) keyOf.set(call, key);
      return call;
    };
    return {
      name,
      limits,
      embedLimits: { values: 2, characters: 1_000 },
      chat: (call) => server(call.model).chat(withKey(call)),
      stream: (call) => server(call.model).stream(withKey(call)),
      embed: (call) =>
        server(call.model).embed?.(withKey(call)) ?? Promise.reject(new Error('no embeddings')),
    };
  };
  for (const { provider: name } of plan.targets) {
    const keys = plan.keys[name]?.map((limits, key) => made(name, key, limits));
    providers.set(name, { ...made(name, undefined), ...(keys === undefined ? {} : { keys }) });
  }
  return {
    provider(name) {
      const found = providers.get(name);
      if (found === undefined) throw new Error(`no provider ${name}`);
      return found;
    },
    servers,
    calls,
  };
}

/** A server that says with each answer what is left of a limit, which fills evenly. */
function forecasting({ forecast }: TargetPlan, server: ScriptedProvider, clock: Clock): ScriptedProvider {
  if (forecast === undefined) return server;
  const { limit, perMinute } = forecast;
  let level = limit;
  let at = 0;
  const use = (): { readonly limits: readonly VendorLimit[] } => {
    const now = clock.now();
    level = Math.max(0, Math.min(limit, level + ((now - at) * perMinute) / 60_000) - 1);
    at = now;
    const resetAfter = ((limit - level) * 60_000) / perMinute;
    return { limits: [{ of: 'requests', remaining: Math.floor(level), limit, resetAfter }] };
  };
  const withLimits = <Answer extends { readonly response: object }>(answer: Answer): Answer => ({
    ...answer,
    response: { ...answer.response, ...use() },
  });
  return {
    ...server,
    get open() {
      return server.open;
    },
    chat: (call) => server.chat(call).then(withLimits),
    embed: (call) => server.embed?.(call).then(withLimits) ?? Promise.reject(new Error('no embeddings')),
    async *stream(call) {
      let first = true;
      for await (const part of server.stream(call)) {
        if (first) yield { type: 'response', ...use() };
        first = false;
        yield part;
      }
    },
  };
}

interface Surroundings {
  readonly plan: Plan;
  readonly clock: Clock;
  readonly calls: VendorCall[];
  readonly keyOf: WeakMap<object, number>;
}

function openServer(
  target: TargetPlan,
  seed: number,
  { plan, clock, calls, keyOf }: Surroundings,
): ScriptedProvider {
  const { step } = plan;
  const connections = pool(target.deadPools, step);
  const throws = dice(seed);
  // Some repeat the beginning of an answer that they are given, although they are not known to.
  const echoes = target.prefill === 'echo' || (target.prefill && seed % 3 === 0);
  const server = scriptedProvider(
    target.id,
    (call) => {
      const now = clock.now();
      const key = keyOf.get(call);
      const asked = 'messages' in call ? call.messages[0]?.content : 'values' in call && call.values[0];
      const words = [
        // No beginning of another call's words, which might be taken for the same answer once more.
        `no${calls.length}by${target.id} `,
        ...Array.from({ length: throws.whole(0, 8) }, (_, word) => `w${word} `),
      ];
      // What vendors send before they have something to say.
      const text = throws.chance(0.1) ? ['', ...words] : words;
      const last = 'messages' in call ? call.messages.at(-1) : undefined;
      const before = last?.role === 'assistant' ? String(last.content) : '';
      const said = before !== '' && echoes ? [before, ...text] : text;
      const usage = { inputTokens: throws.whole(1, 2_000), outputTokens: throws.whole(1, 500) };
      const script = { text: said, usage, ...behavior(target, key, now, text.length, throws) };
      const request = plan.requests[Number(String(asked).split(' ')[1])];
      const faulty = request === undefined || takesFault(target.id, request) ? undefined : request.fault;
      const dead = connections.dead(now);
      const full = refusal(target, now, server.open, calls);
      const soon = throws.between(1, 50);
      const wanted: Script =
        dead !== undefined
          ? { error: errors.reset, delay: dead }
          : full !== undefined
            ? { ...full, delay: soon }
            : faulty !== undefined
              ? { error: requestErrors[faulty], delay: soon }
              : script;
      const reply = {
        ...wanted,
        delay: inSteps(wanted.delay ?? 0, step),
        gap: inSteps(wanted.gap ?? 0, step),
      };
      const whole = reply.delay + reply.gap * text.length;
      calls.push({
        target: target.id,
        provider: target.provider,
        key,
        request: Number(String(asked).split(' ')[1]),
        at: now,
        before,
        text: text.join(''),
        error: reply.error?.kind ?? (reply.cut === true ? 'truncated' : undefined),
        retryAfter: reply.error?.retryAfter,
        because: becauseOf(reply, dead !== undefined, full === undefined ? faulty : undefined),
        usage,
      });
      // A chat's answer comes when a stream's would be complete.
      return 'messages' in call && isStream(call) ? reply : { ...reply, delay: whole };
    },
    clock,
  );
  const streams = new WeakSet<object>();
  const isStream = (call: object): boolean => streams.has(call);
  return {
    ...server,
    get open() {
      return server.open;
    },
    stream(call) {
      streams.add(call);
      return server.stream(call);
    },
  };
}

const requestErrors: Readonly<Record<RequestFault, ScriptError>> = {
  file: { kind: 'bad-request', status: 404, scope: 'key' },
  option: { kind: 'bad-request', status: 404, scope: 'deployment' },
  policy: { kind: 'content-filter', status: 403 },
  unclear: { kind: 'not-found', status: 404, scope: 'request' },
};

function becauseOf({ error }: Script, dead: boolean, fault: RequestFault | undefined): VendorCall['because'] {
  if (dead) return 'dead connection';
  if (fault !== undefined) return 'request';
  return error?.kind === 'auth' && error.scope === 'request' ? 'unclear' : undefined;
}

/** Until a dead connection is seen to be one. */
const noticedAfter = 20;

/** Connections to one server, which all die at certain moments. */
function pool(moments: readonly number[], step: number) {
  const left = moments.toSorted((a, b) => a - b);
  let noticedAt = Number.NEGATIVE_INFINITY;
  return {
    /** After how long a call that is sent now fails for it; `undefined` where it does not. */
    dead(now: number): number | undefined {
      while (left[0] !== undefined && left[0] <= now) {
        left.shift();
        noticedAt = now + inSteps(noticedAfter, step);
      }
      return now < noticedAt ? noticedAt - now : undefined;
    },
  };
}

/** The vendor's own limits. */
function refusal(
  { id, capacity }: TargetPlan,
  now: number,
  inFlight: number,
  calls: readonly VendorCall[],
): Script | undefined {
  if (capacity === undefined) return undefined;
  const lastMinute = calls.filter(
    ({ target, at, error }) => target === id && at > now - 60_000 && error !== 'rate-limit',
  );
  if (inFlight < capacity.inFlight && lastMinute.length < capacity.perMinute) return undefined;
  const oldest = lastMinute[0]?.at ?? now;
  const retryAfter = inFlight < capacity.inFlight ? oldest + 60_000 - now : 1_000;
  return { error: { ...errors['rate-limit'], ...(capacity.says ? { retryAfter } : {}) } };
}

/** What the vendor does with a call that it takes now. */
function behavior(
  target: TargetPlan,
  key: number | undefined,
  now: number,
  parts: number,
  throws: ReturnType<typeof dice>,
): Script {
  const cold = now < 10_000 ? target.coldStart : 0;
  const delay = throws.lognormal(target.median, target.spread, target.slowest) + cold;
  const { gap } = target;
  const window = target.windows.find(
    (each) => now >= each.from && now < each.to && (key === undefined || (each.key ?? key) === key),
  );
  if (window !== undefined) return inTrouble(window, now, { delay, gap }, throws);
  const end = now + delay + parts * gap;
  // It can also begin in the middle of an answer.
  const coming = target.windows.find(
    ({ from, trouble }) => from > now && from < end && (trouble === 'dark' || trouble === 'cut'),
  );
  if (coming !== undefined) {
    const after = gap === 0 ? 0 : Math.max(0, Math.ceil((coming.from - now - delay) / gap));
    return coming.trouble === 'dark' ? { delay, gap, after, hang: true } : { delay, gap, after, cut: true };
  }
  if (!throws.chance(target.errorRate)) return { delay, gap };
  const failure = throws.pick(target.failures);
  const after = breaksInTheMiddle.includes(failure) && throws.chance(0.4) ? throws.whole(1, 4) : 0;
  return { delay, gap, error: errors[failure], after };
}

function inTrouble(
  { trouble, to, says }: Window,
  now: number,
  { delay, gap }: { readonly delay: number; readonly gap: number },
  throws: ReturnType<typeof dice>,
): Script {
  const soon = throws.between(0, 40);
  const retryAfter = says ? { retryAfter: to - now } : {};
  const scripts: Readonly<Record<Trouble, () => Script>> = {
    refuse: () => ({ delay: soon, error: { kind: 'network', code: 'ECONNREFUSED' } }),
    broken: () => ({ delay: soon, error: errors.server }),
    dark: () => ({ hang: true }),
    slow: () => ({ delay: delay + slowness, gap }),
    cut: () => ({ delay, gap, cut: true, after: throws.whole(0, 4) }),
    limit: () => ({ delay: soon, error: { ...errors['rate-limit'], ...retryAfter } }),
    quota: () => ({ delay: soon, error: { kind: 'quota', status: 429, code: 'insufficient_quota' } }),
    auth: () => ({ delay: soon, error: { kind: 'auth', status: 401 } }),
    busy: () => ({ delay: soon, error: { kind: 'overloaded', status: 503, retryAfter: to - now } }),
    closed: () => ({ delay: soon, error: { kind: 'auth', status: 403, scope: 'request' } }),
    gone: () => ({ delay: soon, error: errors['not-found'] }),
  };
  return scripts[trouble]();
}
