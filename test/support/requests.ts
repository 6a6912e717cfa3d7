import {
  type Capabilities,
  createRouter,
  type Router,
  type RouterEvent,
  type RouterEventType,
  type RouterOptions,
  type StreamPart,
} from 'signalbox';
import {
  type ScriptedProvider,
  scriptedProvider,
  seededRandom,
  type VirtualClock,
  virtualClock,
} from 'signalbox/testing';

const eventTypes: readonly RouterEventType[] = [
  'attempt-start',
  'attempt-end',
  'usage',
  'request-end',
  'target-state',
  'price-unknown',
  'plugin-error',
];

/** A router in virtual time over scripted providers, each a target of the same id, and all its events. */
export interface World {
  readonly router: Router;
  readonly clock: VirtualClock;
  readonly providers: Readonly<Record<string, ScriptedProvider>>;
  readonly events: RouterEvent[];
  /** The events of one type. */
  of<T extends RouterEventType>(type: T): Extract<RouterEvent, { type: T }>[];
}

type Scripts = Parameters<typeof scriptedProvider>[1];

/** Makes a world; `targets` are scripts by id, in order of priority. */
export function world(
  targets: Readonly<Record<string, Scripts>>,
  options: Omit<RouterOptions, 'targets'> & {
    readonly concurrency?: number;
    readonly seed?: number;
    readonly capabilities?: Capabilities;
  } = {},
): World {
  const { concurrency, seed = 1, capabilities, clock: given, ...rest } = options;
  const clock = isVirtual(given) ? given : virtualClock();
  const providers = Object.fromEntries(
    Object.entries(targets).map(([id, scripts]) => [id, scriptedProvider(id, scripts, clock)]),
  );
  const router: Router = createRouter({
    targets: Object.entries(providers).map(([id, provider], index) => ({
      provider,
      model: 'model',
      id,
      price: { input: 1 + index, output: 2 + index },
      ...(concurrency === undefined ? {} : { concurrency }),
      ...(capabilities === undefined ? {} : { capabilities }),
    })),
    clock,
    random: seededRandom(seed),
    ...rest,
  });
  const events: RouterEvent[] = [];
  for (const type of eventTypes) router.on(type, (event) => events.push(event));
  return {
    router,
    clock,
    providers,
    events,
    of: <T extends RouterEventType>(type: T) =>
      events.filter((event): event is Extract<RouterEvent, { type: T }> => event.type === type),
  };
}

function isVirtual(clock: RouterOptions['clock']): clock is VirtualClock {
  return clock !== undefined && 'advance' in clock;
}

/** What a promise came to, without throwing. */
export type Outcome<T> = { readonly value: T; readonly error?: undefined } | { readonly error: unknown };

export function outcome<T>(promise: Promise<T>): Promise<Outcome<T>> {
  return promise.then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  );
}

/** What a promise rejects with. */
export async function rejection(promise: Promise<unknown>): Promise<unknown> {
  const settled = await outcome(promise);
  if ('value' in settled) throw new Error('expected a rejection');
  return settled.error;
}

/** Reads a stream to its end. */
export async function read(stream: AsyncIterable<StreamPart>): Promise<StreamPart[]> {
  const parts: StreamPart[] = [];
  for await (const part of stream) parts.push(part);
  return parts;
}

/** The text that a reader who obeys `restart` ends up with. */
export function textOf(parts: readonly StreamPart[]): string {
  return parts.reduce((text, part) => {
    if (part.type === 'restart') return '';
    return part.type === 'text-delta' ? text + part.text : text;
  }, '');
}
