import type { LedgerGroup, LedgerRow } from '../../plugins/ledger/index.ts';
import type { Settings } from '../options.ts';
import type { CacheLine, Live, RequestDetail, RequestLine, TargetLine, Totals } from '../protocol.ts';
import type { Changes, Source } from '../source.ts';
import { outagesOf } from './outages.ts';
import { detailOfRows, groupRows, lineOfRows, parseId } from './requests.ts';

type Reader = NonNullable<Settings['ledger']>;

const day = 86_400_000;
const hour = 3_600_000;
const mostRequests = 1_000;
/** Minimum milliseconds between two reads, and their minimum as a multiple of the duration of a read. */
const shortest = 2_000;
const patience = 20;

/** The last day of a ledger, for a dashboard without a router. The slower its reads are, the rarer they are. */
export class LedgerSource implements Source {
  readonly #ledger: Reader;
  readonly #settings: Settings;
  readonly #requests: () => Promise<{ readonly change: number; readonly lines: readonly RequestLine[] }>;
  readonly #live: () => Promise<Live>;

  constructor(ledger: Reader, settings: Settings) {
    this.#ledger = ledger;
    this.#settings = settings;
    let newest = '';
    let change = 1;
    this.#requests = this.#paced(async () => {
      const groups = await groupRows(ledger.rows({ limit: 2 * mostRequests }), mostRequests);
      const [first] = groups[0] ?? [];
      const now = first === undefined ? '' : `${first.chain} ${first.seq} ${groups.length}`;
      if (now !== newest) change += 1;
      newest = now;
      return {
        change,
        lines: groups
          .filter(([row]) => !row.mirror)
          .map(lineOfRows)
          .toReversed(),
      };
    });
    this.#live = this.#paced(() => this.#read());
  }

  async changes(since: number): Promise<Changes> {
    const { change, lines } = await this.#requests();
    return { change, requests: change === since ? [] : lines, all: change !== since };
  }

  live(): Promise<Live> {
    return this.#live();
  }

  async detail(id: string): Promise<RequestDetail | undefined> {
    return await detailFrom(this.#ledger, id, this.#settings.content);
  }

  async #read(): Promise<Live> {
    const { date } = this.#settings.clock;
    const last = await latestOf(this.#ledger);
    // For a log that is no longer written, its last day.
    const to = Math.min(date(), (last?.at ?? date()) + hour);
    const from = to - day;
    // Latencies are summed by day; for a part of a day, all rows would have to be read.
    const firstDay = new Date(from).toISOString().slice(0, 10);
    const [targets, latencies, routes, hours, all, byTarget, prompts] = await Promise.all([
      this.#ledger.query({ from, by: ['target', 'provider', 'model'] }),
      this.#ledger.query({ from: firstDay, by: ['target'], latency: true }),
      this.#ledger.query({ from, by: ['route'] }),
      this.#ledger.query({ from: to - 7 * day, by: ['hour'], timeZone: 'UTC' }),
      this.#ledger.query({ from }),
      this.#ledger.query({ from: to - 7 * day, by: ['hour', 'target'], timeZone: 'UTC' }),
      this.#ledger.query({ from, by: ['target', 'promptCache'] }),
    ]);
    return {
      targets: targets.flatMap((group) => {
        const ofTarget = ({ key }: LedgerGroup): boolean => key.target === group.key.target;
        return targetOf(group, latencies.find(ofTarget)?.latency, prompts.filter(ofTarget));
      }),
      totals: totalsOf(from, all[0]),
      outages: outagesOf(byTarget, hours, (name) => Date.parse(`${name}:00:00Z`)),
      budgets: null,
      caches: routes.filter(({ cached }) => cached > 0).map(cacheOf),
      notices: [],
      about: { live: false, ledger: true, content: this.#settings.content },
    };
  }

  /** Reads again only after a while, so that an open page does not read a large file constantly. */
  #paced<T>(read: () => Promise<T>): () => Promise<T> {
    const { clock } = this.#settings;
    let known: Promise<T> | undefined;
    let next = 0;
    return () => {
      if (known !== undefined && clock.now() < next) return known;
      const started = clock.now();
      next = Number.POSITIVE_INFINITY;
      known = read().finally(() => {
        next = clock.now() + Math.max(shortest, patience * (clock.now() - started));
      });
      return known;
    };
  }
}

/** An earlier request. */
export async function detailFrom(
  ledger: Reader,
  id: string,
  content: boolean,
): Promise<RequestDetail | undefined> {
  const { requestId, chain } = parseId(id);
  const groups = await groupRows(ledger.rows({ requestId }));
  const rows = groups.find(([row]) => !row.mirror && (chain === undefined || row.chain === chain));
  return rows === undefined ? undefined : detailOfRows(rows, content);
}

async function latestOf(ledger: Reader): Promise<LedgerRow | undefined> {
  for await (const row of ledger.rows({ limit: 1 })) return row;
  return undefined;
}

function targetOf(
  group: LedgerGroup,
  latency: LedgerGroup['latency'],
  prompts: readonly LedgerGroup[],
): readonly TargetLine[] {
  const { key, attempts, failedAttempts, cost, tokens, promptCache } = group;
  if (key.target == null) return [];
  return [
    {
      id: key.target,
      provider: key.provider ?? '',
      model: key.model ?? '',
      health: null,
      retryAt: null,
      inFlight: 0,
      attempts,
      failures: failedAttempts,
      firstToken: latency?.attemptFirstToken ?? null,
      total: latency?.attempt ?? null,
      perMinute: attempts / (24 * 60),
      cost: cost.total,
      input: tokens.input,
      cacheRead: tokens.cacheRead,
      promptCache: promptCacheOf(promptCache, prompts),
      skipped: [],
      activity: [],
    },
  ];
}

/** From the sums of a target, and those by the result of its prompt cache. */
function promptCacheOf(
  { hits, misses, saved }: LedgerGroup['promptCache'],
  prompts: readonly LedgerGroup[],
): TargetLine['promptCache'] {
  if (hits + misses === 0) return null;
  const reasons = prompts.filter(({ key }) => key.promptCache !== 'hit');
  return {
    answers: hits + misses,
    hits,
    saved,
    misses: reasons
      .map(({ key, promptCache }) => ({ reason: key.promptCache ?? '', count: promptCache.misses }))
      .toSorted((a, b) => b.count - a.count),
  };
}

function totalsOf(since: number, group: LedgerGroup | undefined): Totals {
  const { failed = 0, hedged = 0, aborted = 0, total = 0, saved = 0 } = group?.cost ?? {};
  return {
    since,
    requests: group?.requests ?? 0,
    succeeded: group?.succeeded ?? 0,
    failed: group?.failed ?? 0,
    aborted: group?.aborted ?? 0,
    failovers: group?.failovers ?? 0,
    hedges: group?.hedges ?? 0,
    cached: group?.cached ?? 0,
    cost: total,
    wasted: failed + hedged + aborted,
    saved,
    perMinute: (group?.requests ?? 0) / (24 * 60),
    activity: [],
    failures: [],
  };
}

function cacheOf({ key, requests, cached, cost }: LedgerGroup): CacheLine {
  return {
    route: key.route ?? 'none',
    requests,
    hits: cached,
    stale: 0,
    coalesced: 0,
    partial: 0,
    savedCost: cost.saved,
    misses: null,
    stored: null,
  };
}
