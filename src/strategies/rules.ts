import { ConfigError } from '../errors.ts';
import type { Select, SelectContext } from '../types/options/select.ts';
import type { RankContext, Strategy } from '../types/options/strategy.ts';
import type { ChatRequest } from '../types/request/request.ts';
import { show } from '../util/option-check.ts';
import { priority } from './priority.ts';
import { without } from './shared/constraints.ts';

/** A rule for `strategy`. */
export interface Rule<TargetId extends string = string> {
  /** Whether the rule applies to a request. */
  readonly when: (request: RankContext['request'], context: RankContext) => boolean;
  /** A strategy, or target ids to try first, before the others in the order of `otherwise`. */
  readonly use: Strategy<TargetId> | TargetId | readonly TargetId[];
}

/** A rule for `select`. */
export interface RouteRule<RouteName extends string = string> {
  /** Whether the rule applies to a request. Must return `true` synchronously. */
  readonly when: (request: ChatRequest, context: SelectContext) => boolean;
  /** Route name or target id. */
  readonly use: RouteName;
}

/**
 * The first rule whose `when` is `true` decides. As a `strategy`, rules use strategies or targets; as a
 * `select`, with a route name as `otherwise`, they use routes.
 *
 * @param otherwise for requests without a matching rule (default: `priority()`)
 * @throws ConfigError for a rule without `when` or `use`
 * @example
 * strategy: rules([
 *   { when: (_, { metadata }) => metadata.plan === 'free', use: lowestCost() },
 *   { when: (request) => 'tools' in request, use: 'openai/gpt-5-mini' },
 * ], lowestLatency())
 * @example
 * select: rules([{ when: (request) => request.tools !== undefined, use: 'agents' }], 'default')
 */
export function rules<const TargetId extends string>(
  list: readonly Rule<TargetId>[],
  otherwise?: Strategy<TargetId>,
): Strategy<TargetId>;
export function rules<const RouteName extends string, const Otherwise extends string>(
  list: readonly RouteRule<RouteName>[],
  otherwise: Otherwise,
): Select<RouteName | Otherwise>;
export function rules(
  list: readonly Rule[] | readonly RouteRule[],
  otherwise: Strategy | string = priority(),
): Strategy | Select {
  if (!Array.isArray(list)) throw new ConfigError('rules()', 'a list of rules', show(list));
  return typeof otherwise === 'string'
    ? routeByRules(list as readonly RouteRule[], otherwise)
    : rankByRules(list as readonly Rule[], otherwise);
}

function routeByRules(list: readonly RouteRule[], otherwise: string): Select {
  for (const [index, rule] of list.entries()) {
    checkWhen(rule, index);
    const { use } = rule;
    if (typeof use !== 'string' || use === '')
      throw new ConfigError(`rules([${index}]).use`, 'the name of a route', show(use));
  }
  const own = [...list];
  return (request, context) => own.find(({ when }) => when(request, context) === true)?.use ?? otherwise;
}

function rankByRules(list: readonly Rule[], otherwise: Strategy): Strategy {
  for (const [index, rule] of list.entries()) {
    checkWhen(rule, index);
    if (!isStrategy(rule.use) && !idsOf(rule.use).every((id) => typeof id === 'string'))
      throw new ConfigError(`rules([${index}]).use`, 'a strategy or ids of targets', show(rule.use));
  }
  const unknownTargets = (known: readonly string[]): readonly string[] =>
    [...list.map(({ use }) => use), otherwise].flatMap((use) =>
      isStrategy(use) ? (use.unknownTargets?.(known) ?? []) : without(known, idsOf(use) as readonly string[]),
    );
  return {
    name: 'rules',
    unknownTargets,
    rank(candidates, context) {
      const index = list.findIndex(({ when }) => when(context.request, context));
      const rule = list[index];
      if (rule === undefined) return otherwise.rank(candidates, context);
      for (const candidate of candidates) context.note(candidate, { rule: index });
      const { use } = rule;
      if (isStrategy(use)) return use.rank(candidates, context);
      const first = idsOf(use).flatMap((id) => candidates.find(({ target }) => target.id === id) ?? []);
      const rest = candidates.filter((candidate) => !first.includes(candidate));
      return [...first, ...otherwise.rank(rest, context)];
    },
  };
}

function isStrategy(use: unknown): use is Strategy {
  return typeof use === 'object' && use !== null && 'rank' in use;
}

function idsOf(use: string | readonly string[]): readonly unknown[] {
  return Array.isArray(use) ? use : [use];
}

function checkWhen(rule: { readonly when?: unknown } | null | undefined, index: number): void {
  if (typeof rule?.when !== 'function')
    throw new ConfigError(`rules([${index}]).when`, 'a function', show(rule?.when));
}
