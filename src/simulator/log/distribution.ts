import type { Random } from '../../types/clock.ts';
import { checkObject, type Refuse, show } from '../../util/option-check.ts';
import { checkPositive } from './fields.ts';

/** Draws a value. */
export type Spread = (random: Random) => number;

/** Standard deviations from the median at which half, 95 % and 99 % of a normal distribution lie below. */
const at95 = 1.645;
const at99 = 2.326;
/** Draws are cut here, in standard deviations: 3 in 10,000 would be further out. */
const furthest = 3.5;

/**
 * A constant number, or a distribution through three percentiles, `{ p50, p95, p99 }`: log-normal, as latencies and lengths
 * roughly are, with a tail that fits the percentiles.
 */
export function checkSpread(path: string, value: unknown, refuse: Refuse): Spread {
  if (typeof value === 'number') {
    const same = checkPositive(path, value, refuse);
    return () => same;
  }
  if (typeof value !== 'object' || value === null)
    return refuse(path, 'a number, or an object with p50, p95 and p99', show(value));
  const fields = checkObject(path, value, ['p50', 'p95', 'p99'], refuse);
  const [p50, p95, p99] = (['p50', 'p95', 'p99'] as const).map((name) =>
    Math.log(checkPositive(`${path}.${name}`, fields[name], refuse)),
  ) as [number, number, number];
  if (!(p50 <= p95 && p95 <= p99)) refuse(path, 'p50 <= p95 <= p99', 'a different order');
  const body = (p95 - p50) / at95;
  const tail = (p99 - p95) / (at99 - at95);
  return (random) => {
    const drawn = normal(random);
    const out = Math.max(-furthest, Math.min(furthest, drawn));
    return Math.exp(out <= at95 ? p50 + body * out : p95 + tail * (out - at95));
  };
}

/** Box and Muller, "A Note on the Generation of Random Normal Deviates", 1958. */
function normal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}
