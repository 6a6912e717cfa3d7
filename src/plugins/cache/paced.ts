import type { Clock } from '../../types/clock.ts';
import type { StreamContent } from '../../types/result/stream-part.ts';

/** Parts with `pace` milliseconds between two of them. */
export async function* paced(
  parts: readonly StreamContent[],
  pace: number,
  clock: Clock,
): AsyncGenerator<StreamContent> {
  let cancel = (): void => {};
  try {
    for (const [index, part] of parts.entries()) {
      if (index > 0)
        await new Promise<void>((resolve) => {
          cancel = clock.after(pace, resolve);
        });
      yield part;
    }
  } finally {
    cancel();
  }
}
