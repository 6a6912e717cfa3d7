/** A refusal that does not say what it is about, and the request that got it. */
export interface UnclearRefusal {
  readonly kind: string;
  /** Monotonic milliseconds. */
  readonly at: number;
  readonly content: RequestContent;
}

/** What a refusal can be about, as marks that say nothing of it. */
export interface RequestContent {
  /** Of all text. */
  readonly words: string;
  /** Of each file, stored thing, vendor's tool and vendor's option. */
  readonly things: ReadonlySet<string>;
}

/** A refusal that came longer ago says nothing of today. */
const memory = 600_000;

/**
 * Whether a refusal confirms an earlier one: it is of the same kind, and its request differs in words and shares no file, stored
 * thing, vendor's tool or option. Then the requests are not what both are about.
 */
export function confirms(later: UnclearRefusal, earlier: UnclearRefusal): boolean {
  if (later.kind !== earlier.kind || later.at - earlier.at >= memory) return false;
  if (later.content.words === earlier.content.words) return false;
  for (const thing of later.content.things) if (earlier.content.things.has(thing)) return false;
  return true;
}
