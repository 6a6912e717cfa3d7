import { ConfigError } from '../errors.ts';
import type { Select, SelectContext } from '../types/options/select.ts';
import type { ChatRequest } from '../types/request/request.ts';

/** One rule of `byRules`. */
export interface SelectRule<RouteName extends string = string> {
  /** Whether the route is to be used: `true`, at once. */
  readonly when: (request: ChatRequest, context: SelectContext) => boolean;
  /** The name of a route, or the id of a target. */
  readonly route: RouteName;
}

/**
 * A `select` by rules: the first whose `when` is `true` names the route. Where one throws, the `otherwise` of the router's
 * `select` is used.
 *
 * @param otherwise where no rule matches. Default: `default`
 * @throws ConfigError for a rule without a `when` or a `route`
 * @example
 * const select = byRules([
 *   { when: (request) => request.tools !== undefined, route: 'agents' },
 *   { when: (_, { metadata }) => metadata['plan'] === 'free', route: 'cheap' },
 * ]);
 */
export function byRules<const RouteName extends string, const Otherwise extends string = 'default'>(
  rules: readonly SelectRule<RouteName>[],
  otherwise?: Otherwise,
): Select<RouteName | Otherwise | 'default'>;
export function byRules(rules: readonly SelectRule[], otherwise = 'default'): Select {
  if (!Array.isArray(rules)) throw new ConfigError('byRules', 'a list of rules', typeof rules);
  for (const [index, rule] of rules.entries()) checkRule(`byRules[${index}]`, rule);
  const own: readonly SelectRule[] = [...rules];
  return (request, context) => own.find(({ when }) => when(request, context) === true)?.route ?? otherwise;
}

function checkRule(at: string, rule: SelectRule | null | undefined): void {
  if (typeof rule?.when !== 'function') throw new ConfigError(`${at}.when`, 'a function', typeof rule?.when);
  if (typeof rule.route !== 'string' || rule.route === '')
    throw new ConfigError(`${at}.route`, 'the name of a route', String(rule.route));
}
