import {
  type AttemptSummary,
  type CallOptions,
  type ChatRequest,
  createRouter,
  isRouterError,
  type Provider,
  type Router,
  type RouterEvent,
  type RouterOptions,
  type StreamPart,
  type TargetOptions,
} from 'signalbox';
import { cache } from 'signalbox/cache';
import { openaiCompatible } from 'signalbox/openai-compatible';
import { type VirtualClock, virtualClock } from 'signalbox/testing';
import { type Behavior, type FaultServer, faultServer } from '../support/fault-server.ts';
import { outcome, textOf } from '../support/requests.ts';
import { answer, type How, type Vendor, type VendorName, vendors, words } from './vendors.ts';

/** What is to be seen, or was seen. */
export type Facts = { readonly [name: string]: unknown };

/** One row of the matrix. */
export interface Row {
  readonly number: number;
  readonly fault: string;
  readonly vendors: readonly VendorName[];
  expected(vendor: Vendor): Facts;
  /** @param full with as much as the row says, where CI does with less */
  play(vendor: Vendor, full: boolean): Promise<Facts>;
}

/** T1, the vendor that breaks; T2 and T3, which are healthy; a router over them, in virtual time by default. */
export interface Stage {
  readonly vendor: Vendor;
  readonly t1: FaultServer;
  readonly t2: FaultServer;
  readonly t3: FaultServer;
  readonly router: Router;
  readonly clock: VirtualClock;
  readonly events: readonly RouterEvent[];
  /** How often T1 has been asked. */
  hits(): number;
}

export interface StageOptions extends Omit<RouterOptions, 'targets' | 'clock'> {
  /** In order of priority. Default: T1 and T2. */
  readonly targets?: readonly string[];
  /** Targets beside T1, T2 and T3. */
  readonly extra?: (url: string) => readonly TargetOptions[];
  /** Another provider than the vendor's own as T1. */
  readonly first?: (url: string) => Provider;
  /** Another server in T1's place. */
  readonly instead?: { readonly url: string; readonly connections: number };
  /** More for one of the targets. */
  readonly more?: Readonly<Record<string, object>>;
  readonly clock?: VirtualClock;
  /** On the runtime's own clock. */
  readonly realTime?: true;
}

const texts: Readonly<Record<string, string>> = {
  T1: words,
  T2: 'The second answers',
  T3: 'The third answers',
};
const backup = vendors['openai-compatible'];
const price = { input: 1, output: 1 };

/** The backup's answer, streamed or not, as it was asked. */
export const healthy =
  (vendor: Vendor, text: string): Behavior =>
  (response, received) =>
    answer(vendor, streams(received) ? 'stream' : 'chat', text)(response, received);

function streams({ body, path }: { readonly body: unknown; readonly path: string }): boolean {
  return path.includes('alt=sse') || (body as { stream?: boolean } | null)?.stream === true;
}

/** What has been asked on a stage whose router has a cache: each request for a tenant of its own. */
interface CachedAsk {
  readonly how: How;
  readonly request: ChatRequest;
  readonly tenant: string;
}

let cachedAsks: CachedAsk[] | undefined;

/** Rows about a shared store, over which a cache needs a secret: `test/plugins/cache/real-stores.test.ts` has them. */
export const withOwnStore: readonly number[] = [62, 63];

/** Plays with a cache below each stage. Each request is asked once more when all is over; nothing broken may come back. */
export async function withCache<T>(play: () => Promise<T>): Promise<T> {
  cachedAsks = [];
  try {
    return await play();
  } finally {
    cachedAsks = undefined;
  }
}

/** The complete answers of all rows: that of row 34, and that of row 22, where Gemini goes on after its finish reason. */
const wholeTexts: readonly string[] = [
  ...Object.values(texts),
  'Zoë, 世界 and 🎉'.normalize('NFC'),
  `${words}HelloHello`,
];

/** Repeats a request on a stage whose vendors have recovered. */
async function askAgain(
  { vendor, router, clock, t1, t2, t3 }: Stage,
  asks: readonly CachedAsk[],
): Promise<void> {
  t1.behave(healthy(vendor, words));
  t2.behave(healthy(backup, texts['T2'] ?? ''));
  t3.behave(healthy(backup, texts['T3'] ?? ''));
  for (const { how, request, tenant } of asks) {
    const options = { tenant, timeout: { request: 1_000 } };
    const asking = outcome(
      how === 'chat'
        ? router.chat(request, options)
        : router.stream(request, options).then((stream) => stream.result),
    );
    let isOver = false;
    void asking.then(() => {
      isOver = true;
    });
    for (let turn = 0; turn < 200 && !isOver; turn++) {
      await turns(2);
      if (turn > 50) await clock.advance(20);
    }
    if (!isOver) throw new Error(`the repeated request is not answered: ${how}`);
    const settled = await asking;
    // What is wrong with the request itself is wrong with it again.
    if (!('value' in settled)) continue;
    const { text, decision } = settled.value;
    if (!wholeTexts.includes(text.normalize('NFC')))
      throw new Error(`${decision?.lookup?.source ?? 'made'}: ${JSON.stringify(text)} is not whole`);
  }
}

/** Sets a stage, plays on it, and clears it. */
export async function onStage<T>(
  vendor: Vendor,
  {
    targets = ['T1', 'T2'],
    extra = () => [],
    first,
    instead,
    more = {},
    clock = virtualClock(),
    realTime,
    ...options
  }: StageOptions,
  play: (stage: Stage) => Promise<T>,
): Promise<T> {
  const [t1, t2, t3] = await Promise.all([
    faultServer(healthy(vendor, words)),
    faultServer(healthy(backup, texts['T2'] ?? '')),
    faultServer(healthy(backup, texts['T3'] ?? '')),
  ]);
  const provider = (first ?? vendor.create)(instead?.url ?? t1.url);
  const other = (name: string, { url }: FaultServer): Provider =>
    openaiCompatible({ name, baseURL: url, apiKey: 'sk-other-0123456789' });
  const router: Router = createRouter({
    targets: [
      { id: 'T1', provider, model: vendor.model, price, ...more['T1'] },
      // Of the same key and address: it shows what is held against those.
      { id: 'sibling', provider, model: `${vendor.model}-sibling`, price },
      { id: 'T2', provider: other('second', t2), model: 'm', price, ...more['T2'] },
      { id: 'T3', provider: other('third', t3), model: 'm', price, ...more['T3'] },
      ...extra(t1.url),
    ],
    ...(realTime === undefined ? { clock } : {}),
    random: () => 0.5,
    ...options,
    plugins: [...(options.plugins ?? []), ...(cachedAsks === undefined ? [] : [cache({ ttl: 86_400_000 })])],
    routes: { default: { targets }, ...options.routes },
  });
  const seen: RouterEvent[] = [];
  for (const type of ['attempt-start', 'attempt-end', 'usage', 'request-end', 'target-state'] as const) {
    router.on(type, (event) => seen.push(event));
  }
  try {
    const hits = (): number => instead?.connections ?? t1.received.length;
    const stage = { vendor, t1, t2, t3, router, clock, events: seen, hits };
    const facts = await play(stage);
    if (cachedAsks !== undefined) await askAgain(stage, cachedAsks.splice(0));
    return facts;
  } finally {
    await router.close();
    await Promise.all([t1.close(), t2.close(), t3.close()]);
  }
}

/** A request under way, and what has come of it so far. */
export interface Asking {
  readonly parts: readonly StreamPart[];
  /** Who answered, or the error; each attempt; how often T1 was asked. */
  readonly seen: Promise<Facts>;
}

export function ask(
  { router, hits, events }: Stage,
  how: How,
  options: CallOptions & { readonly request?: Partial<ChatRequest> } = {},
): Asking {
  const { request: more, ...given } = options;
  const request = { prompt: 'Say hello', ...more } as ChatRequest;
  const tenant = `tenant ${cachedAsks?.length}`;
  const callOptions = cachedAsks === undefined ? given : { tenant, ...given };
  cachedAsks?.push({ how, request, tenant: callOptions.tenant ?? tenant });
  const before = hits();
  const metadata = { asked: events.length };
  const parts: StreamPart[] = [];
  const answered = async (): Promise<string> => {
    if (how === 'chat') {
      const { text, target } = await router.chat(request, { ...callOptions, metadata });
      return text === texts[target] ? target : `${target}: ${text}`;
    }
    const stream = await router.stream(request, { ...callOptions, metadata });
    for await (const part of stream) parts.push(part);
    const { target, text } = await stream.result;
    const shown = textOf(parts);
    const restarts = parts.filter(({ type }) => type === 'restart').length;
    const again = restarts === 0 ? '' : `after ${restarts} restart, `;
    return again + (shown === texts[target] && text === shown ? target : `${target}: ${shown}`);
  };
  const seen = outcome(answered()).then((settled): Facts => {
    const end = events.findLast((event) => event.type === 'request-end' && event.metadata === metadata);
    const attempts = end?.type === 'request-end' ? end.attempts : [];
    return {
      answer: 'value' in settled ? settled.value : tell(settled.error),
      attempts: attempts.map(attemptInWords),
      hits: hits() - before,
    };
  });
  return { parts, seen };
}

export function attemptInWords({ target, outcome: came, error }: AttemptSummary): string {
  return `${target} ${error?.kind ?? came}`;
}

/** An error in a word, with what had come before it. */
export function tell(error: unknown): string {
  if (isRouterError(error, 'stream-interrupted')) {
    return `stream-interrupted after '${error.partial.text}'${error.reason === undefined ? '' : `: ${error.reason.kind}`}`;
  }
  if (isRouterError(error, 'provider')) return error.kind;
  return isRouterError(error) ? error.code : String(error);
}

/** What is held against T1: its state, and that of another target with the same key and address. */
export function verdict({ router }: Stage): string {
  const healthOf = (id: string): string => router.stats().find((target) => target.id === id)?.health ?? '';
  const state = healthOf('T1');
  if (state === 'healthy') return 'nothing';
  return `${state}${healthOf('sibling') === state ? ', with its key and address' : ''}`;
}

/** Waits until something has happened, without a timer; throws if it never does. */
export async function until(condition: () => boolean, what = String(condition)): Promise<void> {
  const start = performance.now();
  while (!condition()) {
    if (performance.now() - start > 120_000) throw new Error(`waited in vain: ${what}`);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** Lets what is on its way through the sockets arrive. */
export async function turns(count = 8): Promise<void> {
  for (let turn = 0; turn < count; turn++) await new Promise((resolve) => setImmediate(resolve));
}

export async function eachWay(
  play: (how: How) => Promise<Facts>,
  ways: readonly How[] = ['chat', 'stream'],
): Promise<Facts> {
  const seen: Record<string, Facts> = {};
  for (const how of ways) seen[how] = await play(how);
  return seen;
}

interface Simple {
  readonly number: number;
  readonly fault: string;
  readonly vendors: readonly VendorName[];
  readonly ways?: readonly How[];
  /** What T1 does with every request. */
  does(vendor: Vendor, how: How): Behavior;
  readonly options?: StageOptions;
  /** What happens while a request is under way; `nth` is 1 for the first. */
  meanwhile?(stage: Stage, nth: number, how: How): Promise<void>;
  failure(vendor: Vendor, how: How): Failure;
}

/** How T1 fails. */
export interface Failure {
  readonly kind: string;
  /** What is held against T1 after three failed requests. */
  readonly against: string;
  /** Attempts at T1 for each request. Default: 1. */
  readonly times?: number;
  /** Milliseconds until the request was answered. Default: 0. */
  readonly waited?: number;
}

/** A row on which T1 fails a request and T2 answers it, unseen; three such requests show what is held against T1. */
export function failsOver({ does, options = {}, meanwhile, failure, ways, ...row }: Simple): Row {
  const played = ways ?? (['chat', 'stream'] as const);
  return {
    ...row,
    expected: (vendor) => Object.fromEntries(played.map((how) => [how, failedOver(failure(vendor, how))])),
    play: (vendor) =>
      eachWay(
        (how) =>
          onStage(vendor, options, (stage) => {
            stage.t1.behave(does(vendor, how));
            return threeTimes(stage, how, meanwhile);
          }),
        played,
      ),
  };
}

/** What is to be seen where T1 fails so and T2 answers. */
export function failedOver({ kind, against, times = 1, waited = 0 }: Failure): Facts {
  const attempts = [...Array.from({ length: times }, () => `T1 ${kind}`), 'T2 success'];
  return { answer: 'T2', attempts, hits: times, waited, against };
}

/** The first of three requests one after the other, and what is held against T1 after the last. */
export async function threeTimes(
  stage: Stage,
  how: How,
  meanwhile: Simple['meanwhile'] = async () => {},
): Promise<Facts> {
  const once = async (nth: number): Promise<Facts> => {
    const start = stage.clock.now();
    const { seen } = ask(stage, how);
    await meanwhile(stage, nth, how);
    return { ...(await seen), waited: stage.clock.now() - start };
  };
  const first = await once(1);
  for (const nth of [2, 3]) await once(nth);
  return { ...first, against: verdict(stage) };
}

/** Waits until T1 has got its nth request, and lets time pass. */
export const pass =
  (ms: number) =>
  async ({ t1, clock }: Stage, nth: number): Promise<void> => {
    await until(() => t1.received.length >= nth);
    await turns();
    await clock.advance(ms);
  };
