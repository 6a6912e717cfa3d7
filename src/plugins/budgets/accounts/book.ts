import type { PluginHost, RequestContext } from '../../../types/plugin.ts';
import { requestsAreApart } from '../../../util/runtime.ts';
import type { LimitsOptions, Rule } from '../options.ts';
import { type Contact, contactOf } from '../store/contact.ts';
import { type Link, linkTo } from '../store/link.ts';
import type { Account } from './account.ts';
import { scaleOf, toFractions } from './fractions.ts';
import { openAccount } from './leased-account.ts';
import { type PastAccounts, pastAccounts } from './past-accounts.ts';
import { warnings } from './warnings.ts';

/** All accounts of a router. */
export interface AccountBook {
  readonly link: Link;
  /** The accounts of the limits that match a request. */
  matching(context: RequestContext): readonly Account[];
  /** Waits for the first answer of the store for these; `undefined` if there has been one, or the store is away. */
  ready(accounts: readonly Account[]): Promise<unknown> | undefined;
  all(): Iterable<Account>;
  /** The first contact with the store. Never rejects. */
  contact(): Promise<unknown>;
  /** Exchanges with the store where the last time was too long ago, in a runtime without timers. */
  exchangeIfLate(): void;
  close(): Promise<void>;
}

/** Maximum concurrent calls of the store. */
const concurrency = 16;
const usualInterval = 1_000;
/**
 * Milliseconds of pause after a millisecond of exchanges: a store in this process works on its event loop, so many accounts are
 * exchanged less often instead of slowing requests down.
 */
const rest = 4;
const usualTimeout = 500;
/** After a loss of data a process learns of it and books again within so many intervals, and the time that the store may take. */
const recovery = 3;

export function accountBook(
  host: PluginHost,
  rules: readonly Rule[],
  { interval = host.store.interval ?? usualInterval, storeTimeout = usualTimeout, defer }: LimitsOptions,
): AccountBook {
  const { clock } = host;
  const link = linkTo(host, 'limits', storeTimeout);
  const contact = contactOf(host, rules, link);
  // In such runtimes, I/O and random numbers are not allowed before the first request, and no timer runs between requests.
  const apart = requestsAreApart();
  const accounts = new Map<string, Account>();
  /** Accounts of past periods, or unused ones, until the store has booked their use. */
  const closing = new Set<Account>();
  const past = pastAccounts();
  const open = opener({ host, link, contact, past, interval, storeTimeout, apart });
  let exchangedAt = clock.now();
  let restUntil = exchangedAt;

  const matching = (context: RequestContext): readonly Account[] => {
    const found: Account[] = [];
    for (const [index, rule] of rules.entries()) {
      const subject = rule.subjectOf(context);
      if (subject === undefined) continue;
      const inUnits = rule.amountOf(subject, context);
      if (inUnits === undefined) continue;
      const amount = toFractions(rule, inUnits);
      const id = `${index} ${subject}`;
      let account = accounts.get(id);
      if (account?.period !== undefined && link.now() >= account.period.end) {
        closing.add(account);
        account = undefined;
      }
      if (account === undefined) {
        account = open(id, rule, subject, amount);
        accounts.set(id, account);
      }
      if (account.amount !== amount) account.setAmount(amount);
      found.push(account);
    }
    return found;
  };

  const exchange = async (): Promise<void> => {
    if (clock.now() < restUntil) return;
    exchangedAt = clock.now();
    const isLost = await contact.refresh();
    past.drop(link.now());
    const all = [...accounts.values()];
    const again = isLost
      ? [
          ...all.filter((each) => !each.isRecovering).map((each) => () => each.exchange()),
          ...[...past.all()].map((each) => () => each.close(true)),
        ]
      : [];
    await inParallel([...again, ...dueWork(accounts, closing, past, link.now(), clock.now())]);
    await contact.list(all);
    const now = clock.now();
    restUntil = Math.min(now + rest * (now - exchangedAt), exchangedAt + usualInterval);
  };

  const firstContact = apart ? undefined : contact.refresh();
  const stop = apart ? undefined : host.every(interval * (0.9 + 0.2 * host.random()), exchange);
  return {
    link,
    matching,
    ready(found) {
      if (link.away) return undefined;
      if (!link.known) return firstContact ?? contact.refresh();
      const unknown = found.filter(({ isKnown }) => !isKnown);
      return unknown.length === 0 ? undefined : Promise.all(unknown.map(contact.first));
    },
    all: () => accounts.values(),
    contact: () => firstContact ?? contact.refresh(),
    exchangeIfLate() {
      const isLazy = apart || defer !== undefined;
      if (!isLazy || clock.now() - exchangedAt < interval) return;
      const work = exchange();
      defer?.(work);
    },
    async close() {
      stop?.();
      await inParallel([...accounts.values(), ...closing].map((account) => () => account.close()));
    },
  };
}

interface Opening {
  readonly host: PluginHost;
  readonly link: Link;
  readonly contact: Contact;
  readonly past: PastAccounts;
  readonly interval: number;
  readonly storeTimeout: number;
  readonly apart: boolean;
}

/** Opens accounts; `id` is that of the limit and the subject. */
function opener({ host, link, contact, past, interval, storeTimeout, apart }: Opening) {
  const { store, clock } = host;
  const own = once(() => crypto.randomUUID());
  const warn = warnings(host);
  let serial = 0;
  return (id: string, rule: Rule, subject: string, amount: number): Account => {
    const period = rule.periodAt?.(link.now());
    const key = onceKnown(() => keyOf(rule, subject, period?.start));
    serial += 1;
    return openAccount({
      rule,
      subject,
      period,
      amount,
      before: past.take(id, period?.start),
      scale: scaleOf(rule),
      key,
      holder: `${own()}-${serial}`,
      store,
      clock,
      link,
      interval,
      patience: 2 * storeTimeout,
      apart,
      pause: recovery * interval + storeTimeout,
      onAnswer: (answered) => warn(answered, key),
      onLoss: contact.foundLost,
    });
  };
}

/** Pending store work: exchanges, and the closing of accounts that are past their period or unused. */
function dueWork(
  accounts: Map<string, Account>,
  closing: Set<Account>,
  past: PastAccounts,
  date: number,
  now: number,
): readonly (() => Promise<void>)[] {
  const due: (() => Promise<void>)[] = [];
  for (const [key, account] of accounts) {
    const isOver = account.period !== undefined && date >= account.period.end;
    if (isOver || account.isIdle(now)) {
      accounts.delete(key);
      closing.add(account);
      if (!isOver) past.add(key, account);
    } else if (account.isDue(now)) due.push(() => account.exchange());
  }
  for (const account of closing) {
    if (account.reserved > 0) continue;
    due.push(async () => {
      if (await account.close()) closing.delete(account);
    });
  }
  return due;
}

async function inParallel(work: readonly (() => Promise<unknown>)[]): Promise<void> {
  const left = [...work];
  const run = async (): Promise<void> => {
    for (let next = left.shift(); next !== undefined; next = left.shift()) await next();
  };
  await Promise.all(Array.from({ length: Math.min(concurrency, left.length) }, run));
}

/** Names of tenants and users must not be readable in a store. */
async function keyOf({ name }: Rule, subject: string, start: number | undefined): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(subject));
  const hash = [...new Uint8Array(digest, 0, 16)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  return ['limits', name, hash, start ?? 'now'].join('/');
}

function once<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => {
    made ??= make();
    return made;
  };
}

/** Computes it until it is known, so that no request waits for a promise of another one. */
function onceKnown<T>(make: () => Promise<T>): () => Promise<T> {
  let known: T | undefined;
  return async () => {
    known ??= await make();
    return known;
  };
}
