// Models and prices in the form of genai-prices, and the rules by which it finds them:
// https://github.com/pydantic/genai-prices/blob/main/packages/js/src/engine.ts

/** A rule for names of models. All but `regex` ignore case. */
export type Match =
  | { readonly or: readonly Match[] }
  | { readonly and: readonly Match[] }
  | { readonly equals: string }
  | { readonly starts_with: string }
  | { readonly ends_with: string }
  | { readonly contains: string }
  | { readonly regex: string };

/** A rate: US$ per million tokens, or one that depends on the size of the input. */
export type ListedRate =
  | number
  | { readonly base: number; readonly tiers: readonly { readonly start: number; readonly price: number }[] };

export type ListedRates = Readonly<Record<string, ListedRate | undefined>>;

/** From a day on, or between two times of each day. */
export interface Constraint {
  /** `2026-01-31` */
  readonly start_date?: string;
  /** `16:30:00Z`; after `end_time` where the time spans midnight. */
  readonly start_time?: string;
  readonly end_time?: string;
}

/** Rates and when they apply; the last one that applies counts, else the first. */
export interface ListedPrice {
  readonly constraint?: Constraint | undefined;
  readonly prices: ListedRates;
}

export interface ListedModel {
  readonly id: string;
  readonly name?: string | undefined;
  readonly match: Match;
  readonly context_window?: number | undefined;
  readonly deprecated?: boolean | undefined;
  readonly prices: ListedRates | readonly ListedPrice[];
}

export interface ListedProvider {
  readonly id: string;
  /** Providers whose models it offers as well. */
  readonly fallback_model_providers?: readonly string[] | undefined;
  readonly models: readonly ListedModel[];
}

/** The fields of a provider that prices depend on; the others are descriptions, and rules for reading answers. */
export function leanProvider({ id, fallback_model_providers, models }: ListedProvider): ListedProvider {
  const lean = models.map(({ id, name, match, context_window, deprecated, prices }) => ({
    id,
    name,
    match,
    context_window,
    deprecated,
    prices,
  }));
  return { id, fallback_model_providers, models: lean };
}

/** Providers and their models. Each provider is parsed when it is first asked for. */
export class PriceList {
  readonly #providers: Map<string, string | ListedProvider>;

  /** @param providers by id; strings are JSON */
  constructor(providers: Iterable<readonly [id: string, provider: string | ListedProvider]>) {
    this.#providers = new Map(providers);
  }

  get providers(): readonly ListedProvider[] {
    return [...this.#providers.keys()].flatMap((id) => this.#provider(id) ?? []);
  }

  /** A provider's model by the name that requests use; `undefined` if it is not listed. */
  find(providerId: string, model: string): ListedModel | undefined {
    const provider = this.#provider(providerId);
    if (provider === undefined) return undefined;
    const name = model.toLowerCase().trim();
    const dashed = withDashes(name);
    return this.#findIn(provider, name) ?? (dashed === name ? undefined : this.#findIn(provider, dashed));
  }

  #findIn(provider: ListedProvider, name: string): ListedModel | undefined {
    const { fallback_model_providers: others = [] } = provider;
    for (const each of [provider, ...others.map((id) => this.#provider(id))]) {
      const found = each?.models.find(({ match }) => matches(match, name));
      if (found !== undefined) return found;
    }
    return undefined;
  }

  #provider(id: string): ListedProvider | undefined {
    const known = this.#providers.get(id);
    if (typeof known !== 'string') return known;
    const provider: ListedProvider = JSON.parse(known);
    this.#providers.set(id, provider);
    return provider;
  }
}

function matches(rule: Match, name: string): boolean {
  if ('or' in rule) return rule.or.some((each) => matches(each, name));
  if ('and' in rule) return rule.and.every((each) => matches(each, name));
  if ('equals' in rule) return name === rule.equals.toLowerCase();
  if ('starts_with' in rule) return name.startsWith(rule.starts_with.toLowerCase());
  if ('ends_with' in rule) return name.endsWith(rule.ends_with.toLowerCase());
  if ('contains' in rule) return name.includes(rule.contains.toLowerCase());
  return new RegExp(rule.regex).test(name);
}

const shortDate = /(-)(20\d{2})(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])(?=-|:|$)/g;

/** A name whose dates are written with dashes: `-20260131` becomes `-2026-01-31`. */
function withDashes(name: string): string {
  return name.replace(shortDate, (text, dash: string, ...[year, month, day]: string[]) => {
    const date = `${year}-${month}-${day}`;
    const at = new Date(date);
    return !Number.isNaN(at.getTime()) && at.toISOString().startsWith(date) ? dash + date : text;
  });
}

/** The rates of a model at a moment, in milliseconds since 1970. */
export function ratesOf({ prices }: ListedModel, at: number): ListedRates | undefined {
  if (!isList(prices)) return prices;
  return (prices.findLast(({ constraint }) => constraint === undefined || holds(constraint, at)) ?? prices[0])
    ?.prices;
}

function isList(prices: ListedModel['prices']): prices is readonly ListedPrice[] {
  return Array.isArray(prices);
}

const day = 86_400;

function holds({ start_date, start_time = '', end_time = '' }: Constraint, at: number): boolean {
  if (start_date !== undefined) return at >= new Date(start_date).getTime();
  const time = (at / 1_000) % day;
  const [start, end] = [secondsOf(start_time) ?? Number.NaN, secondsOf(end_time) ?? Number.NaN];
  return end < start ? time >= start || time < end : time >= start && time < end;
}

const timeOfDay = /^([01]\d|2[0-3]):([0-5]\d):([0-5]\d(?:\.\d+)?)(?:Z|([+-])([01]\d|2[0-3]):([0-5]\d))$/;

/** Seconds since midnight UTC of a time such as `16:30:00Z` or `18:30:00+02:00`; `undefined` if it is none. */
export function secondsOf(time: string): number | undefined {
  const found = timeOfDay.exec(time);
  if (found === null) return undefined;
  const [, hours, minutes, seconds, sign, hoursEast = 0, minutesEast = 0] = found;
  const east = (sign === '-' ? -1 : 1) * (Number(hoursEast) * 3_600 + Number(minutesEast) * 60);
  return (Number(hours) * 3_600 + Number(minutes) * 60 + Number(seconds) - east + day) % day;
}
