// What else the machine does meanwhile: figures of a loaded machine say little.
import { loadavg } from 'node:os';

/** The load average over one minute, least and most, while something was measured. The bench itself is up to 2 of it. */
export interface Load {
  readonly least: number;
  readonly most: number;
}

const every = 2_000;

/** Does some work, and watches the machine's load meanwhile. */
export async function underLoad<T>(
  work: () => Promise<T>,
): Promise<{ readonly done: T; readonly load: Load }> {
  const seen: number[] = [];
  const look = (): void => {
    seen.push(loadavg()[0] ?? Number.NaN);
  };
  look();
  const timer = setInterval(look, every);
  try {
    const done = await work();
    look();
    return { done, load: { least: Math.min(...seen), most: Math.max(...seen) } };
  } finally {
    clearInterval(timer);
  }
}
