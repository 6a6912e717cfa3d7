/** Checks whether the chunks of a stream belong to one answer. */
export interface AnswerWatch {
  /** Adds the id of a chunk with content. Returns whether it belongs to another answer. */
  isAnother(id: string): boolean;
  /** Whether another chunk with the id of the last one would change nothing. */
  isSettled(): boolean;
  /** Whether the completed stream turned out to be two answers. */
  wasTwo(): boolean;
}

/**
 * An answer has one id (https://platform.openai.com/docs/api-reference/chat/streaming), but some servers use a new id per chunk
 * (https://github.com/ggml-org/llama.cpp/issues/5876, https://github.com/microsoft/foundry-local/issues/144). An id that occurs
 * twice in a row shows that a server is not one of those; from then on, another id means another answer. Two chunks with two ids
 * prove nothing and are not accepted as one answer.
 */
export function answerWatch(): AnswerWatch {
  let last: string | undefined;
  let changes = 0;
  let stays = false;
  return {
    isAnother(id) {
      if (id === last) stays = true;
      else if (last !== undefined) changes += 1;
      last = id;
      return stays && changes > 0;
    },
    isSettled: () => stays,
    wasTwo: () => changes === 1,
  };
}
