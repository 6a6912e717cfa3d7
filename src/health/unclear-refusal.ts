/** A refusal whose cause is unclear, with the request that got it. */
export interface UnclearRefusal {
  readonly kind: string;
  /** Monotonic milliseconds. */
  readonly at: number;
  readonly content: RequestContent;
}

/** Content that may have caused a refusal, as fingerprints. */
export interface RequestContent {
  /** Fingerprint of all text. */
  readonly words: string;
  /** Fingerprints of files, stored items, vendor tools and vendor options. */
  readonly things: ReadonlySet<string>;
}

/** Age limit of an earlier refusal, in milliseconds. */
const memory = 600_000;

/**
 * Whether a refusal confirms an earlier one: same kind, different text, and no shared file, stored item,
 * vendor tool or option. Then the requests are not the common cause.
 */
export function confirms(later: UnclearRefusal, earlier: UnclearRefusal): boolean {
  if (later.kind !== earlier.kind || later.at - earlier.at >= memory) return false;
  if (later.content.words === earlier.content.words) return false;
  for (const thing of later.content.things) if (earlier.content.things.has(thing)) return false;
  return true;
}
