import type { ChatResult, Warning } from './result/result.ts';
import type { StreamContent } from './result/stream-part.ts';

/** Transforms one answer, part by part. A promise delays the answer and is limited by the plugin's `timeout`. */
export interface PartTransform {
  /**
   * Returns the parts that replace a part: one, several or none. Parts held back must be released later.
   *
   * - `reject` rejects the answer; the router tries the next target.
   * - `withhold` stops the answer. The router tries the next target if the route's `fallbackOn` contains `guard` and nothing has
   *   reached the reader, or the stream may restart. Otherwise the answer ends here with the finish reason `content-filter`.
   */
  part(part: StreamContent): TransformedPart | PromiseLike<TransformedPart>;
  /** Releases held-back parts when the answer is complete. */
  end?(): TransformedPart | PromiseLike<TransformedPart>;
  /** Warnings to add to a stream's, for example that it is buffered. */
  readonly warnings?: readonly Warning[];
}

/** What replaces a part of an answer; see `PartTransform.part`. */
export type TransformedPart =
  | StreamContent
  | readonly StreamContent[]
  | undefined
  | {
      /** Why the answer is rejected: one reason or several, without text of the answer. */
      readonly reject: string | readonly string[];
    }
  | {
      /** Why the answer is withheld, without text of it. */
      readonly withhold: string;
    };

/**
 * The verdict on an answer. `reject`: the reason; the router tries the next target, as after `accept`. `replace`: the new result; the
 * parts of a stream have already reached the caller.
 */
export type Review =
  | {
      /** Why the answer is rejected: one reason or several, without text of the answer. */
      readonly reject: string | readonly string[];
    }
  | {
      /** The result that the caller gets instead. */
      readonly replace: ChatResult;
    };
