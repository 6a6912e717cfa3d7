import type { BudgetReport } from '../../plugins/budgets/index.ts';
import type { RequestEndEvent, RouterEvent, TargetStateEvent } from '../../types/event.ts';
import type { SkippedTarget } from '../../types/result/decision.ts';
import type { Router } from '../../types/router.ts';
import type { Settings } from '../options.ts';
import type { CacheLine, Dimension, Live, Money, Notice, RequestDetail } from '../protocol.ts';
import type { Changes, Source } from '../source.ts';
import { LiveMoney } from './money.ts';
import { Outages } from './outages.ts';
import { detailOf, type Entry, lineOf, Ring } from './ring.ts';
import { CacheTally, TargetTally, TotalsTally } from './tallies.ts';

const keptNotices = 100;
const storeStates = { away: 'does not answer', back: 'answers again', lost: 'has lost data' };
/** Number of targets beyond which removed ones are dropped. */
const mostTargets = 1_000;

/** The activity of a router, by its events. */
export class LiveSource implements Source {
  readonly #router: Router;
  readonly #settings: Settings;
  readonly #targets = new Map<string, TargetTally>();
  readonly #totals: TotalsTally;
  readonly #caches = new CacheTally();
  readonly #outages: Outages;
  readonly #money: LiveMoney;
  readonly #notices: Notice[] = [];
  readonly #ring = new Ring((entry) => this.#forget(entry));

  constructor(router: Router, settings: Settings) {
    const { clock } = settings;
    this.#router = router;
    this.#settings = settings;
    this.#totals = new TotalsTally(clock.date());
    this.#money = new LiveMoney(() => router.stats());
    this.#outages = new Outages((route) => router.routes[route]?.[0] ?? router.targets[0]);
    router.on('*', (event) => this.#on(event));
  }

  changes(since: number): Changes {
    const { change } = this.#ring;
    // After a restart of the process a reader may know a later number.
    const from = since > change ? 0 : since;
    return { change, requests: this.#ring.changedSince(from).map(lineOf), all: from === 0 };
  }

  live(): Live {
    const { clock, content, ledger } = this.#settings;
    const now = clock.now();
    this.#totals.seen(clock.date());
    return {
      targets: this.#router.stats().map((report) => this.#tallyOf(report.id).line(report, now)),
      totals: this.#totals.read(now),
      outages: this.#outages.read(),
      budgets: budgetsOf(this.#router),
      caches: this.#cacheLines(),
      notices: this.#notices.toReversed(),
      about: { live: true, ledger: ledger !== undefined, content },
    };
  }

  detail(id: string): RequestDetail | undefined {
    const entry = this.#ring.get(id);
    return entry === undefined ? undefined : detailOf(entry, this.#settings.content);
  }

  /** Since the start of the process. */
  money(by: Dimension): Money {
    return this.#money.read(by);
  }

  /** Requests that have ended. */
  ended(): readonly RequestEndEvent[] {
    return this.#ring.values().flatMap(({ end }) => end ?? []);
  }

  #on(event: RouterEvent): void {
    const now = this.#settings.clock.now();
    switch (event.type) {
      case 'request-start':
        this.#totals.seen(this.#settings.clock.date());
        this.#ring.start(event, now);
        break;
      case 'attempt-start':
        this.#ring.attemptStart(event, now);
        break;
      case 'attempt-end':
        this.#ring.attemptEnd(event);
        this.#tallyOf(event.target).attempt(event, now);
        break;
      case 'usage':
        this.#tallyOf(event.target).usage(event);
        this.#totals.usage(event);
        break;
      case 'request-end':
        this.#end(event, now);
        break;
      case 'target-state':
        this.#state(event);
        break;
      default:
        this.#notice(event);
    }
  }

  #end(event: RequestEndEvent, now: number): void {
    const entry = this.#ring.end(event);
    this.#money.end(event, this.#settings.clock.date());
    if (event.mirror === true) return;
    this.#totals.end(event, now);
    this.#caches.end(event);
    this.#outages.end(event);
    if (entry === undefined) return; // it left the ring before it ended
    for (const skip of event.decision?.skipped ?? [])
      this.#tallyOf(skip.target).skipped.add(skip.reason, detailText(skip));
  }

  /** Targets can be added and removed, and calls may name models. */
  #tallyOf(id: string): TargetTally {
    const known = this.#targets.get(id);
    if (known !== undefined) return known;
    if (this.#targets.size >= mostTargets) this.#forgetTargets();
    const made = new TargetTally();
    this.#targets.set(id, made);
    return made;
  }

  #forgetTargets(): void {
    const present = new Set(this.#router.stats().map(({ id }) => id));
    for (const id of this.#targets.keys()) if (!present.has(id)) this.#targets.delete(id);
  }

  #forget({ end }: Entry): void {
    for (const { target, reason } of end?.decision?.skipped ?? [])
      this.#targets.get(target)?.skipped.remove(reason);
  }

  #state(event: TargetStateEvent): void {
    const now = this.#settings.clock.date();
    const { target, key, workload, state, previous } = event;
    const place = [
      key === undefined ? '' : `, key ${key}`,
      workload === undefined ? '' : `, ${workload}`,
    ].join('');
    this.#add(
      state === 'healthy' || state === 'recovering' ? 'info' : 'warning',
      `${target}${place}: ${previous} → ${state}`,
    );
    if (workload !== undefined) return;
    // One of several keys may fail while the target serves.
    const health = this.#router.stats().find(({ id }) => id === target)?.health;
    this.#outages.state({ ...event, state: key === undefined ? state : (health ?? state) }, now);
  }

  #notice(event: RouterEvent): void {
    if (event.type === 'price-unknown') this.#add('warning', `${event.target}: its price is unknown`);
    else if (event.type === 'store-state')
      this.#add(
        event.state === 'back' ? 'info' : 'warning',
        `${event.plugin}: the store ${event.store} ${storeStates[event.state]}`,
      );
    else if (event.type === 'plugin-error') {
      const { plugin, station, error } = event;
      // Its message may contain sensitive data.
      const what = this.#settings.content ? String(error) : error instanceof Error ? error.name : 'an error';
      this.#add('warning', `plugin ${plugin}: ${what} in ${station}`);
    } else if (event.type === 'budget-warning') {
      const { limit, subject, ratio } = event;
      const of = subject === undefined ? '' : ` of ${subject}`;
      this.#add('warning', `limit ${limit}${of}: ${Math.round(100 * ratio)} % used`);
    }
  }

  #add(level: Notice['level'], text: string): void {
    this.#notices.push({ at: this.#settings.clock.date(), level, text });
    if (this.#notices.length > keptNotices) this.#notices.shift();
  }

  #cacheLines(): readonly CacheLine[] {
    const known = this.#settings.cache?.stats();
    return this.#caches.read().map((line) => {
      const { misses = null, stored = null } = known?.[line.route] ?? {};
      return { ...line, misses, stored };
    });
  }
}

function detailText({ lacks, detail, plugin }: SkippedTarget): string | undefined {
  if (lacks !== undefined) return `lacks ${lacks}`;
  return detail ?? (plugin === undefined ? undefined : `by ${plugin}`);
}

/** From the budgets plugin, which adds the method. */
function budgetsOf(router: Router): readonly BudgetReport[] | null {
  if (!('budgets' in router) || typeof router.budgets !== 'function') return null;
  return router.budgets();
}
