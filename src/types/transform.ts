import type { ChatResult, Warning } from './result/result.ts';
import type { StreamContent } from './result/stream-part.ts';

/** Changes one answer, part by part. A promise holds up the answer, and has the plugin's `timeout`. */
export interface PartTransform {
  /**
   * What goes on in place of a part: one, several or none. A part that is held back has to come out later. `reject`: the answer will
   * not do; the next target is asked. `withhold`: nothing more of the answer may go out. The next target is asked if the route's
   * `fallbackOn` has `guard` and the reader can take a restart; otherwise the answer ends here with the finish reason `content-filter`.
   */
  part(part: StreamContent): TransformedPart | PromiseLike<TransformedPart>;
  /** What is still held back when the answer is complete. */
  end?(): TransformedPart | PromiseLike<TransformedPart>;
  /** Warnings for the result of a stream, such as that it is held back. */
  readonly warnings?: readonly Warning[];
}

export type TransformedPart =
  | StreamContent
  | readonly StreamContent[]
  | undefined
  | { readonly reject: string | readonly string[] }
  | { readonly withhold: string };

/**
 * What a plugin thinks of an answer. `reject`: why it will not do: the next target is asked, as after `accept`. `replace`: the result that
 * takes its place; the parts of a stream have gone out before.
 */
export type Review = { readonly reject: string | readonly string[] } | { readonly replace: ChatResult };
