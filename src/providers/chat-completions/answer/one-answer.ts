/** Sees whether the pieces of a stream belong to one answer. */
export interface AnswerWatch {
  /** Takes the id of a chunk that has content; whether it is the chunk of another answer. */
  isAnother(id: string): boolean;
  /** Whether the stream, now that it is over, was two answers after all. */
  wasTwo(): boolean;
}

/**
 * An answer has one id (https://platform.openai.com/docs/api-reference/chat/streaming), but some servers give each chunk one of its
 * own (https://github.com/ggml-org/llama.cpp/issues/5876, https://github.com/microsoft/foundry-local/issues/144). An id that comes
 * twice in a row shows that a server is not one of those: from there on, another id is another answer. Two chunks with two ids
 * show nothing, and are not taken for one answer.
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
    wasTwo: () => changes === 1,
  };
}
