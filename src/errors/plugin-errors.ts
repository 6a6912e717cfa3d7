import type { PluginStation } from '../types/error.ts';
import { RouterError } from './router-error.ts';

/** A plugin refused the request. Nothing was sent. */
export class RefusedError extends RouterError {
  /** The name of the plugin. */
  declare readonly plugin: string;
  /** Why, without text of the request. */
  declare readonly reason: string;

  /** `reason` must be safe to show: name the rule, and never quote the request. */
  constructor(plugin: string, reason: string) {
    super('refused', `the request was refused by ${plugin}: ${reason}`);
    this.name = 'RefusedError';
    this.plugin = plugin;
    this.reason = reason;
  }
}

/** A plugin exceeded its timeout, so its verdict is unknown. */
export class PluginError extends RouterError {
  /** The name of the plugin. */
  declare readonly plugin: string;
  /** The method of the plugin that took too long. */
  declare readonly station: PluginStation;
  /** The limit in milliseconds. */
  declare readonly timeout: number;

  constructor(plugin: string, station: PluginStation, timeout: number) {
    super('plugin', `${plugin}: ${station} took longer than its timeout = ${timeout} ms`);
    this.name = 'PluginError';
    this.plugin = plugin;
    this.station = station;
    this.timeout = timeout;
  }
}

/** A limit over a period does not allow the request. Nothing was sent, or nothing more. */
export class BudgetError extends RouterError {
  /** The limit: its name, its unit, and its amount. */
  declare readonly limit: BudgetLimit;
  /** How much of it is used or held for requests in flight, in the limit's own unit; `undefined` where it is not known. */
  declare readonly spent: number | undefined;
  /** The period in words: `day`, `month`, `3,600,000 ms`; `undefined` for limits of concurrency. */
  declare readonly per: string | undefined;
  /** When something is available again: milliseconds since 1970, if known. */
  declare readonly retryAt: number | undefined;

  constructor(init: {
    readonly limit: BudgetLimit;
    readonly spent: number | undefined;
    readonly per: string | undefined;
    readonly retryAt: number | undefined;
    /** The reason in words, unless it is that too little is left. */
    readonly summary?: string;
  }) {
    const { limit, spent, per, retryAt } = init;
    const amount = limit.unit === 'usd' ? `US$ ${limit.amount}` : `${limit.amount} ${limit.unit}`;
    const each = per === undefined ? '' : ` per ${per}`;
    const why = init.summary ?? `${spent === undefined ? 'too little' : `${spent} used, too little`} is left`;
    super('budget', `the limit ${limit.name} of ${amount}${each} does not allow the request: ${why}`);
    this.name = 'BudgetError';
    this.limit = limit;
    this.spent = spent;
    this.per = per;
    this.retryAt = retryAt;
  }
}

/** Which limit a `BudgetError` is about. */
export interface BudgetLimit {
  /** Its name in the options. */
  readonly name: string;
  /** What it counts. `concurrency`: requests at the same time. */
  readonly unit: 'usd' | 'tokens' | 'requests' | 'concurrency';
  /** The whole amount: US$, tokens, requests. */
  readonly amount: number;
}

/** A store cannot be reached, or did not answer in time. */
export class StoreError extends RouterError {
  /** The store's name. */
  declare readonly store: string;

  constructor(store: string, summary: string) {
    super('store', `the store ${store}: ${summary}`);
    this.name = 'StoreError';
    this.store = store;
  }
}
