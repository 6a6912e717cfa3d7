import { seededRandom } from '../testing/seeded-random.ts';
import type { Catalog } from '../types/options/options.ts';
import { checkObject, show } from '../util/option-check.ts';
import { checkSpread } from './log/distribution.ts';
import { checkDuration, checkPositive, checkRatio, refuseIn } from './log/fields.ts';
import { behave, checkTargets } from './target-spec.ts';
import type { Arrival, World } from './world.ts';

const fields = ['targets', 'rate', 'duration', 'stream', 'inputTokens', 'outputTokens', 'start'];
const usualInput = 1_000;
const usualOutput = 300;
/** The default start, fixed so that a seed always gives the same result. */
const usualStart = '2026-01-01T00:00:00Z';

/**
 * A synthetic world: see `--help` for its fields.
 *
 * @param seed for arrival times and sizes
 * @throws UsageError naming the field of the file
 */
export function worldOfScenario(
  value: unknown,
  file: string,
  catalog: Catalog | undefined,
  seed: number,
): World {
  const refuse = refuseIn(file);
  const given = checkObject('', value, fields, refuse);
  const { stream, inputTokens = usualInput, outputTokens = usualOutput, start = usualStart } = given;
  const specs = checkTargets('targets', given['targets'], refuse);
  const unknown = specs.findIndex(({ behaviour }) => behaviour === undefined);
  if (unknown >= 0) refuse(`targets[${unknown}].firstToken`, 'milliseconds to the first token', 'nothing');
  const begin = typeof start === 'string' ? Date.parse(start) : Number.NaN;
  if (Number.isNaN(begin)) refuse('start', 'an ISO date', show(start));
  const rate = checkPositive('rate', given['rate'], refuse) / 1_000;
  const duration = checkDuration('duration', given['duration'], refuse);
  const share = checkRatio('stream', stream, refuse, 1);
  const input = checkSpread('inputTokens', inputTokens, refuse);
  const output = checkSpread('outputTokens', outputTokens, refuse);

  const random = seededRandom(seed);
  const arrivals: Arrival[] = [];
  for (let at = gap(rate, random()); at < duration; at += gap(rate, random())) {
    const kind = random() < share ? 'stream' : 'chat';
    const size = Math.max(1, Math.round(input(random)));
    // The answer's length depends on the question, so it is the same at every target.
    const length = output(random);
    arrivals.push({
      at,
      kind,
      route: 'default',
      metadata: {},
      inputTokens: size,
      answer(ask) {
        const spec = specs.find(({ id }) => id === ask.target);
        return spec?.behaviour === undefined
          ? {}
          : behave(spec.behaviour, { kind, inputTokens: size }, ask, () => length);
      },
    });
  }
  return {
    start: begin,
    routes: { default: specs.map(({ id }) => id) },
    arrivals,
    targets: specs.map(({ behaviour: _, model, ...target }) => {
      const price = target.price ?? catalog?.price(target.provider, model, begin);
      return { ...target, ...(price === undefined ? {} : { price }) };
    }),
  };
}

/** Time to the next arrival of a Poisson process with `rate` arrivals per millisecond. */
function gap(rate: number, lot: number): number {
  return -Math.log(1 - lot) / rate;
}
