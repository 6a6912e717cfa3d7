import { check, checkObject, refuse, show } from '../../util/option-check.ts';
import { atLeast, whole } from '../../util/shape.ts';
import type { SessionLimits } from './redaction/sessions.ts';
import type { GuardItem } from './types.ts';

/** Options of `guardrails`. */
export interface GuardrailsOptions {
  /** Further guards by route. */
  readonly routes?: Readonly<Record<string, readonly GuardItem[]>>;
  /** Further guards by tenant. */
  readonly tenants?: Readonly<Record<string, readonly GuardItem[]>>;
  /** Limits of the values kept for sessions, for `redact` with `restore: 'session'`. */
  readonly sessions?: Partial<SessionLimits>;
}

/** Refuses invalid options. */
export function checkGuardOptions(items: readonly GuardItem[], options: GuardrailsOptions): void {
  checkList('guardrails', items);
  const { routes, tenants, sessions } = checkObject('guardrails', options, ['routes', 'tenants', 'sessions']);
  for (const [field, lists] of Object.entries({ routes, tenants })) {
    if (lists === undefined) continue;
    const path = `guardrails.${field}`;
    if (typeof lists !== 'object' || lists === null) refuse(path, 'lists of guards by name', show(lists));
    for (const [name, list] of Object.entries(lists)) checkList(`${path}.${name}`, list, items);
  }
  if (sessions === undefined) return;
  const { idle, count } = checkObject('guardrails.sessions', sessions, ['idle', 'count']);
  check('guardrails.sessions.idle', idle, atLeast(1));
  check('guardrails.sessions.count', count, whole(1));
}

function checkList(path: string, list: unknown, others: readonly GuardItem[] = []): void {
  const fault = guardsFault(list, others);
  if (fault !== undefined) refuse(path, fault, show(list));
}

/** The expected form of a list of guards; `undefined` for a valid one. */
export function guardsFault(list: unknown, others: readonly GuardItem[] = []): string | undefined {
  if (!Array.isArray(list)) return 'a list of guards';
  const names = new Set(others.map(({ name }) => name));
  for (const item of list as readonly unknown[]) {
    const fault = itemFault(item);
    if (fault !== undefined) return fault;
    const { name } = item as GuardItem;
    if (names.has(name)) return `a list of guards whose names differ; ${show(name)} is there twice`;
    names.add(name);
  }
  return undefined;
}

const stages = ['input', 'output', 'tool-call', 'tool-result'];
const words: Readonly<Record<string, readonly string[]>> = {
  mode: ['enforce', 'shadow'],
  onError: ['block', 'pass'],
  reads: ['sentence', 'whole'],
  direction: ['request', 'answer'],
};

function itemFault(item: unknown): string | undefined {
  if (typeof item !== 'object' || item === null) return 'guards: objects with a name and a check';
  const guard = item as Readonly<Record<string, unknown>>;
  const { name, on, timeout, detector } = guard;
  if (typeof name !== 'string' || name === '') return 'guards with a name';
  if ('inject' in guard || 'vendorOptions' in guard) return undefined;
  const checks = [guard['check'], guard['checkToolCall'], (detector as { find?: unknown } | undefined)?.find];
  if (!checks.some((check) => typeof check === 'function'))
    return `guards with check, checkToolCall or a detector; ${name} has none`;
  const isList = Array.isArray(on) && on.length > 0 && on.every((stage) => stages.includes(stage));
  if (on !== undefined && !isList) return `guards whose "on" lists ${stages.join(', ')}; not that of ${name}`;
  if (timeout !== undefined && !(typeof timeout === 'number' && timeout > 0))
    return `guards whose timeout is a positive number of milliseconds; not that of ${name}`;
  for (const [field, allowed] of Object.entries(words)) {
    const word = guard[field];
    if (word !== undefined && !allowed.includes(word as string))
      return `guards whose ${field} is one of ${allowed.join(', ')}; not that of ${name}`;
  }
  return undefined;
}
