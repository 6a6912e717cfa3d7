import { isRouterError } from '../errors.ts';
import { balanced } from '../strategies/balanced.ts';
import { canary } from '../strategies/canary.ts';
import { highestThroughput } from '../strategies/highest-throughput.ts';
import { inverseSquarePrice } from '../strategies/inverse-square-price.ts';
import { leastBusy } from '../strategies/least-busy.ts';
import { lowestCost } from '../strategies/lowest-cost.ts';
import { lowestLatency } from '../strategies/lowest-latency.ts';
import { priority } from '../strategies/priority.ts';
import { roundRobin } from '../strategies/round-robin.ts';
import { sticky } from '../strategies/sticky.ts';
import { weighted } from '../strategies/weighted.ts';
import type { Strategy } from '../types/options/strategy.ts';
import { UsageError } from './usage-error.ts';

type Parameters = Readonly<Record<string, unknown>>;

interface Known {
  /** Its parameters; `targets` means one per target id. */
  readonly parameters: readonly string[] | 'targets';
  // The strategies check their own parameters.
  make(parameters: never): Strategy;
}

const constraints = ['maxFirstToken', 'minThroughput', 'maxPrice', 'maxCost', 'tags'];
const times = ['of', 'percentile'];

/** By name. `rules` is missing because its rules are functions. */
const known: Readonly<Record<string, Known>> = {
  priority: { parameters: constraints, make: priority },
  weighted: { parameters: 'targets', make: weighted },
  roundRobin: { parameters: constraints, make: roundRobin },
  leastBusy: { parameters: constraints, make: leastBusy },
  lowestCost: { parameters: constraints, make: lowestCost },
  lowestLatency: { parameters: [...times, ...constraints], make: lowestLatency },
  highestThroughput: { parameters: constraints, make: highestThroughput },
  balanced: { parameters: ['perSecond', 'perFailure', ...times, ...constraints], make: balanced },
  inverseSquarePrice: { parameters: constraints, make: inverseSquarePrice },
  sticky: { parameters: ['strategy'], make: sticky },
  canary: { parameters: ['target', 'ratio', 'strategy'], make: canary },
};

/** The names of all strategies. */
export const strategyNames = Object.keys(known);

/**
 * Parses a strategy: its name, with JSON parameters in brackets, such as `lowestCost({"maxFirstToken":2000})`. A strategy as a
 * parameter is a string of the same form: `sticky({"strategy":"lowestCost"})`.
 *
 * @param targets ids of all targets
 * @throws UsageError
 */
export function toStrategy(text: string, targets: readonly string[]): Strategy {
  const flag = `--strategy ${text}`;
  const [, name = '', given] = /^\s*(\w+)\s*(?:\((.*)\))?\s*$/s.exec(text) ?? [];
  const strategy = Object.hasOwn(known, name) ? known[name] : undefined;
  if (strategy === undefined)
    throw new UsageError(flag, `one of ${strategyNames.join(', ')}`, name || 'none');
  const parameters = parametersOf(given ?? '', flag);
  const names = strategy.parameters === 'targets' ? targets : strategy.parameters;
  for (const each of Object.keys(parameters)) {
    if (!names.includes(each)) throw new UsageError(flag, `one of the parameters ${names.join(', ')}`, each);
  }
  const target = parameters['target'];
  if (name === 'canary' && !targets.includes(String(target)))
    throw new UsageError(flag, `a target of ${targets.join(', ')}`, JSON.stringify(target) ?? 'none');
  const inner = parameters['strategy'];
  const whole =
    typeof inner === 'string' ? { ...parameters, strategy: toStrategy(inner, targets) } : parameters;
  if (inner !== undefined && typeof inner !== 'string')
    throw new UsageError(flag, 'the name of a strategy as a string', JSON.stringify(inner) ?? 'none');
  try {
    return strategy.make(whole as never);
  } catch (error) {
    if (isRouterError(error, 'config')) throw new UsageError(flag, 'valid parameters', error.message);
    throw error;
  }
}

function parametersOf(text: string, flag: string): Parameters {
  if (text.trim() === '') return {};
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new UsageError(flag, 'parameters as JSON, such as {"maxFirstToken":2000}', text);
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Parameters;
  throw new UsageError(flag, 'parameters as a JSON object', text);
}
