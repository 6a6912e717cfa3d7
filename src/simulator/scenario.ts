import { seededRandom } from '../testing/seeded-random.ts';
import type { Random } from '../types/clock.ts';
import type { Catalog } from '../types/options/options.ts';
import { checkObject, type Refuse, show } from '../util/option-check.ts';
import { checkSpread } from './log/distribution.ts';
import { checkDuration, checkPositive, checkRatio, refuseIn } from './log/fields.ts';
import { behave, checkTargets } from './target-spec.ts';
import type { Trace, TracedRequest } from './trace.ts';
import type { Arrival, World } from './world.ts';

const fields = ['targets', 'rate', 'duration', 'stream', 'inputTokens', 'outputTokens', 'start'];
const usualInput = 1_000;
const usualOutput = 300;
/** The default start, fixed so that a seed always gives the same result. */
const usualStart = '2026-01-01T00:00:00Z';

interface Planned extends TracedRequest, Pick<Arrival, 'kind'> {}

/** The fields that a trace replaces. */
const traced = ['rate', 'duration', 'inputTokens', 'outputTokens'];

/**
 * A synthetic world: see `--help` for its fields.
 *
 * @param seed for arrival times and sizes
 * @param trace arrival times and sizes, in place of the scenario's
 * @throws UsageError naming the field of the file
 */
export function worldOfScenario(
  value: unknown,
  file: string,
  catalog: Catalog | undefined,
  seed: number,
  trace?: Trace,
): World {
  const refuse = refuseIn(file);
  const given = checkObject('', value, fields, refuse);
  const { stream, start = trace?.start ?? usualStart } = given;
  const specs = checkTargets('targets', given['targets'], refuse);
  const unknown = specs.findIndex(({ behavior }) => behavior === undefined);
  if (unknown >= 0) refuse(`targets[${unknown}].firstToken`, 'milliseconds to the first token', 'nothing');
  const begin = typeof start === 'number' && start === trace?.start ? start : Date.parse(String(start));
  if (Number.isNaN(begin)) refuse('start', 'an ISO date', show(start));
  const share = checkRatio('stream', stream, refuse, 1);
  const random = seededRandom(seed);
  const kindOf = (): Planned['kind'] => (random() < share ? 'stream' : 'chat');
  const requests =
    trace === undefined
      ? drawRequests(given, refuse, random, kindOf)
      : trace.requests.map((request) => ({ ...request, kind: kindOf() }));
  if (trace !== undefined)
    for (const field of traced)
      if (given[field] !== undefined) refuse(field, 'nothing, because the trace has it', show(given[field]));
  const arrivals = requests.map(
    ({ outputTokens, ...request }): Arrival => ({
      ...request,
      route: 'default',
      metadata: {},
      answer(ask) {
        const spec = specs.find(({ id }) => id === ask.target);
        return spec?.behavior === undefined ? {} : behave(spec.behavior, request, ask, () => outputTokens);
      },
    }),
  );
  return {
    start: begin,
    routes: { default: specs.map(({ id }) => id) },
    arrivals,
    targets: specs.map(({ behavior: _, model, ...target }) => {
      const price = target.price ?? catalog?.price(target.provider, model, begin);
      return { ...target, ...(price === undefined ? {} : { price }) };
    }),
  };
}

/** Requests at random moments, with the scenario's sizes. */
function drawRequests(
  given: Readonly<Record<string, unknown>>,
  refuse: Refuse,
  random: Random,
  kindOf: () => Planned['kind'],
): readonly Planned[] {
  const { inputTokens = usualInput, outputTokens = usualOutput } = given;
  const rate = checkPositive('rate', given['rate'], refuse) / 1_000;
  const duration = checkDuration('duration', given['duration'], refuse);
  const input = checkSpread('inputTokens', inputTokens, refuse);
  const output = checkSpread('outputTokens', outputTokens, refuse);
  const requests: Planned[] = [];
  for (let at = gap(rate, random()); at < duration; at += gap(rate, random())) {
    const kind = kindOf();
    const size = Math.max(1, Math.round(input(random)));
    // The answer's length depends on the question, so it is the same at every target.
    requests.push({ at, kind, inputTokens: size, outputTokens: output(random) });
  }
  return requests;
}

/** Time to the next arrival of a Poisson process with `rate` arrivals per millisecond. */
function gap(rate: number, lot: number): number {
  return -Math.log(1 - lot) / rate;
}
