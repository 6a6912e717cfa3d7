import type { FailureDetector } from '../../health/failure-detector.ts';
import type { Latencies } from '../../stats/latency.ts';
import type { Clock } from '../../types/clock.ts';
import type { AwakeClock } from '../../util/time/awake-clock.ts';

// What targets have until the code that measures them is loaded, which happens after a router's first answer.

/** The most samples that are kept; the code may take long to load. */
const mostKept = 100;

type Sample = Parameters<Latencies['add']>;

/** Latencies of which nothing is known yet. */
export interface UnknownLatencies extends Latencies {
  /** Passes on the samples kept so far, and later ones. */
  handOver(to: Latencies): void;
}

export function unknownLatencies(): UnknownLatencies {
  const samples: Sample[] = [];
  let receiver: Latencies | undefined;
  const unknown = (): undefined => undefined;
  const none = (): number => 0;
  return {
    onSample: undefined,
    add(...sample) {
      if (receiver !== undefined) receiver.add(...sample);
      else if (samples.length < mostKept) samples.push(sample);
    },
    handOver(to) {
      receiver = to;
      for (const sample of samples) to.add(...sample);
    },
    expect: unknown,
    quantile: unknown,
    samples: none,
    weight: none,
    hazard: none,
    peak: none,
  };
}

/** Suspects nothing, and measures how long attempts wait. */
export function noDetector(clock: Clock, awake: AwakeClock): FailureDetector {
  return {
    suspected: false,
    convinced: false,
    until: 0,
    hint() {},
    admits: () => true,
    begin(latencies, _, size, startedAt = clock.now()) {
      const begun = awake.now(startedAt);
      let isOver = false;
      const answered = (now = clock.now()): void => {
        if (!isOver) latencies.add(awake.now(now) - begun, now, size);
        isOver = true;
      };
      return {
        answered,
        gaveUp: () => answered(),
        end() {
          isOver = true;
        },
      };
    },
  };
}
