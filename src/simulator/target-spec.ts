import type { Script } from '../testing/scripted-provider.ts';
import { check, checkObject, type Refuse, show } from '../util/option-check.ts';
import { amount, oneOf } from '../util/shape.ts';
import { checkSpread, type Spread } from './log/distribution.ts';
import { checkDuration, checkPositive, checkRatio } from './log/fields.ts';
import { answer } from './scripts.ts';
import type { Arrival, Ask, WorldTarget } from './world.ts';

/** A target in a file. */
export interface TargetSpec extends WorldTarget {
  /** The provider's name in the catalog. */
  readonly model: string;
  /** Its behavior; absent if the log determines it. */
  readonly behavior?: Behavior;
}

/** The behavior of a synthetic target. */
interface Behavior {
  readonly firstToken: Spread;
  /** Output tokens per second. */
  readonly throughput: number;
  readonly outputTokens: Spread | undefined;
  readonly errorRate: number;
  readonly outages: readonly Outage[];
}

/** From and to in milliseconds since the start. `errors`: 503 at once. `silence`: accepts requests and never answers. */
interface Outage {
  readonly from: number;
  readonly to: number;
  readonly as: 'errors' | 'silence';
}

const own = ['id', 'provider', 'model', 'price', 'weight', 'tags', 'concurrency', 'rpm', 'tpm'];
const behaviors = ['firstToken', 'throughput', 'outputTokens', 'errorRate', 'outages'];
/** Output tokens per second by default. */
const usualThroughput = 60;
const usualOutput = 300;
/** Milliseconds to an error during an outage. */
const refusal = 50;

/** Reads a list of targets from a file, in order of preference. */
export function checkTargets(path: string, value: unknown, refuse: Refuse): readonly TargetSpec[] {
  if (!Array.isArray(value) || value.length === 0)
    return refuse(path, 'a list of at least one target', show(value));
  const specs = value.map((target, index) => checkTarget(`${path}[${index}]`, target, refuse));
  for (const [index, { id }] of specs.entries()) {
    if (specs.findIndex((other) => other.id === id) !== index)
      refuse(`${path}[${index}].id`, 'a unique id', show(id));
  }
  return specs;
}

function checkTarget(path: string, value: unknown, refuse: Refuse): TargetSpec {
  const fields = checkObject(path, value, [...own, ...behaviors], refuse);
  for (const name of ['id', 'provider', 'model']) {
    const text = fields[name];
    if (text !== undefined && (typeof text !== 'string' || text === ''))
      refuse(`${path}.${name}`, 'a name', show(text));
  }
  const { id: named, provider, model } = fields as Readonly<Record<string, string | undefined>>;
  const id = named ?? (provider && model ? `${provider}/${model}` : undefined);
  if (id === undefined) return refuse(path, 'an id, or a provider and a model', 'neither');
  const { price, weight, tags, concurrency, rpm, tpm } = fields;
  check(`${path}.weight`, weight, amount, refuse);
  // The router checks the rest when it is created.
  const options = { price, weight, tags, concurrency, rpm, tpm, provider, model };
  const given = Object.fromEntries(Object.entries(options).filter(([, option]) => option !== undefined));
  const behavior = checkBehavior(path, fields, refuse);
  return { ...namesOf(id), ...given, ...(behavior === undefined ? {} : { behavior }) };
}

/** The provider and model in a default id. */
export function namesOf(id: string): Pick<TargetSpec, 'id' | 'provider' | 'model'> {
  const slash = id.indexOf('/');
  return slash < 1
    ? { id, provider: id, model: id }
    : { id, provider: id.slice(0, slash), model: id.slice(slash + 1) };
}

function checkBehavior(
  path: string,
  fields: Readonly<Record<string, unknown>>,
  refuse: Refuse,
): Behavior | undefined {
  const { firstToken, throughput = usualThroughput, outputTokens, errorRate, outages = [] } = fields;
  if (firstToken === undefined) {
    const lonely = behaviors.find((name) => fields[name] !== undefined);
    if (lonely === undefined) return undefined;
    return refuse(
      `${path}.firstToken`,
      `milliseconds to the first token, because ${lonely} is given`,
      'nothing',
    );
  }
  if (!Array.isArray(outages)) return refuse(`${path}.outages`, 'a list', show(outages));
  return {
    firstToken: checkSpread(`${path}.firstToken`, firstToken, refuse),
    throughput: checkPositive(`${path}.throughput`, throughput, refuse),
    outputTokens:
      outputTokens === undefined ? undefined : checkSpread(`${path}.outputTokens`, outputTokens, refuse),
    errorRate: checkRatio(`${path}.errorRate`, errorRate, refuse, 0),
    outages: outages.map((outage, index) => checkOutage(`${path}.outages[${index}]`, outage, refuse)),
  };
}

function checkOutage(path: string, value: unknown, refuse: Refuse): Outage {
  const { from, to, as = 'errors' } = checkObject(path, value, ['from', 'to', 'as'], refuse);
  check(`${path}.as`, as, oneOf('errors', 'silence'), refuse);
  return {
    from: checkDuration(`${path}.from`, from, refuse),
    to: checkDuration(`${path}.to`, to, refuse),
    as: as === 'silence' ? 'silence' : 'errors',
  };
}

/** The outcome of one request at a synthetic target. */
export function behave(
  { firstToken, throughput, outputTokens, errorRate, outages }: Behavior,
  { kind, inputTokens }: Pick<Arrival, 'kind' | 'inputTokens'>,
  { now, random }: Pick<Ask, 'now' | 'random'>,
  usualLength: Spread = () => usualOutput,
): Script {
  const out = outages.find(({ from, to }) => now >= from && now < to);
  if (out?.as === 'silence') return { hang: true };
  if (out?.as === 'errors') return { delay: refusal, error: { kind: 'overloaded', status: 503 } };
  const first = firstToken(random);
  const tokens = Math.max(1, Math.round((outputTokens ?? usualLength)(random)));
  if (random() < errorRate) return { delay: first, error: { kind: 'server', status: 500 } };
  const total = first + (1_000 * tokens) / throughput;
  return answer(kind, first, total, { inputTokens, outputTokens: tokens });
}
