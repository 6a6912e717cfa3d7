/** Remembers which target gave an answer that the vendor keeps, for requests that continue it. */
export interface Bindings {
  remember(responseId: string, target: string): void;
  /** The id of the target that gave the answer, where it is still known. */
  targetOf(responseId: string): string | undefined;
}

/** As many answers are remembered; the oldest are forgotten first. */
const most = 10_000;

export function bindings(): Bindings {
  // A map keeps the order in which its keys came.
  const targets = new Map<string, string>();
  return {
    remember(responseId, target) {
      targets.delete(responseId);
      targets.set(responseId, target);
      if (targets.size > most) for (const oldest of targets.keys()) return void targets.delete(oldest);
    },
    targetOf: (responseId) => targets.get(responseId),
  };
}
