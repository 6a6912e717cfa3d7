import type { Clock } from 'signalbox';
import { judge, type Scenario, type Seen, type Verdict } from './scenarios.ts';
import type { Answer, Connection, System } from './systems.ts';
import { failingVendor, type Timing, wholeAnswer } from './vendor.ts';

/** A scenario, played. */
export interface Played extends Seen {
  readonly scenario: Scenario;
  readonly verdict: Verdict;
  /** Checks that did not hold. */
  readonly missed: readonly string[];
}

const prompt = 'In sixty words: when does a router earn trust?';

interface Asked extends Pick<Seen, 'outcome' | 'whole' | 'error' | 'model' | 'counted'> {
  /** Seconds since the scenario began. */
  readonly at: number;
}

/** Plays one scenario against one system, over sockets of its own. */
export async function play(system: System, scenario: Scenario, timing: Timing): Promise<Played> {
  const { clock } = timing;
  const vendor = await failingVendor(timing);
  const connection = system.connect(vendor.baseURL, scenario, timing);
  try {
    // The SDK is loaded, and has a connection, before the clock runs.
    await connection.chat(prompt);
    vendor.begin();
    const startedAt = clock.now();
    const now = (): number => (clock.now() - startedAt) / 1_000;
    const { count, every } = scenario.sequence ?? { count: 1, every: 0 };
    const asked: Asked[] = [];
    for (let index = 0; index < count; index++) {
      await pause((index * every - now()) * 1_000, clock);
      const at = now();
      asked.push({ at, ...(await ask(connection, scenario.patience * 1_000, clock)) });
    }
    const seconds = now();
    const arrivals = [...vendor.arrivals];
    const alive = await ask({ ...connection, stream: connection.chat }, 10_000, clock);
    const unlucky = asked.find(({ outcome }) => outcome !== 'success');
    const worst = asked.find(({ outcome }) => outcome === 'hang') ?? unlucky;
    const last = worst ?? asked.at(-1);
    const seen: Seen = {
      outcome: worst?.outcome ?? 'success',
      whole: asked.every(({ whole }) => whole),
      error: worst?.error,
      seconds,
      model: last?.model,
      counted: last?.counted ?? false,
      primary: arrivals.filter(({ model }) => model === scenario.model),
      fallback: arrivals.filter(({ model }) => model === scenario.fallback),
      alive: alive.outcome === 'success' && alive.whole,
      requests: scenario.sequence === undefined ? [] : asked,
    };
    return { scenario, ...seen, ...judge(scenario, seen, system.hasFallback) };
  } finally {
    connection.close();
    await vendor.close();
  }
}

/** Asks, and waits for an end no longer than the benchmark does. */
async function ask(connection: Connection, patience: number, clock: Clock): Promise<Omit<Asked, 'at'>> {
  const nothing = { whole: false, model: undefined, counted: false };
  const answered = connection.stream(prompt).then(
    ({ text, model, counted }: Answer) => ({
      outcome: 'success' as const,
      whole: text === wholeAnswer,
      error: undefined,
      model,
      counted,
    }),
    (error: unknown) => ({ ...nothing, outcome: 'error' as const, error: connection.explain(error) }),
  );
  let cancel = (): void => {};
  const hang = new Promise<Omit<Asked, 'at'>>((resolve) => {
    cancel = clock.after(patience, () => resolve({ ...nothing, outcome: 'hang', error: 'no end' }));
  });
  try {
    return await Promise.race([answered, hang]);
  } finally {
    cancel();
  }
}

function pause(ms: number, clock: Clock): Promise<void> {
  return new Promise((resolve) => clock.after(Math.max(0, ms), resolve));
}
