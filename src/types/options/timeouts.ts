/**
 * Timeouts in milliseconds. `Infinity` disables a timeout. Time during which the process is blocked or suspended
 * does not count, provided the runtime can detect it (Node, Bun and Deno).
 */
export interface Timeouts {
  /** Total time for a request, including all attempts and the end of the stream. @default 600,000 */
  readonly request?: number;
  /** Total time for one attempt, up to its last byte. @default 300,000 */
  readonly attempt?: number;
  /** Time to establish a connection. Node only; elsewhere `firstToken` and `attempt` cover it. @default 3,000 */
  readonly connect?: number;
  /**
   * Time without a sign of life from the target of a chat, or of a stream that has not begun: neither the headers of
   * a successful response nor a byte of it. It is a soft limit, so it cuts off no long answer: another target of the
   * route is asked as well, or the same one again where none is free, and the first good answer wins. A target that
   * loses after this time has failed. It does not apply to requests that must not be sent twice (see `hedge`), nor to
   * embeddings and images.
   *
   * By default it is at most half of the time that the request has left, and adapts to the target: twice the p99 of its chats or first tokens, at least 2,000. With fewer than
   * 100 samples it is four times the slowest and at least 10,000. Without any it is 10,000, as long as a person would
   * wait, or 20,000 for a model that can reason. A request that asks for reasoning, or for more than 16,384 output
   * tokens in a chat, gets at least 60,000; one with a prompt above about 16,000 tokens, or that asks for more than
   * 4,096 output tokens in a chat, at least 20,000. A learned value is at most 60,000 or four times the median.
   *
   * @default adaptive
   */
  readonly response?: number;
  /**
   * Time to the first token of a stream. Pings, comments and empty deltas are not tokens. A value set here is a hard
   * limit: the attempt fails. The default is a soft limit like `response`: another target is asked as well, while
   * the first goes on until `attempt`. It adapts to the target: twice the p99, at least 2,000. With fewer than 100
   * samples it is four times the p99 and at least 10,000; with fewer than 10 samples it is 30,000, or 60,000 for a
   * request that asks for reasoning. A learned value is at most 60,000 or four times the median.
   *
   * @default adaptive
   */
  readonly firstToken?: number;
  /**
   * Time between two tokens of a stream while the consumer waits for one. By default it adapts to the target:
   * five times the p99 gap, between 5,000 and 60,000; 20,000 until 100 gaps have been sampled (one gap in four).
   * If all streams of a target stall at once, it drops to three times the p99 gap, at least 1,000.
   *
   * @default adaptive
   */
  readonly idle?: number;
  /**
   * Time until the caller starts to read a stream or its `result`. After that the stream's target and connection
   * are released, and reading throws `StreamInterruptedError`.
   *
   * @default 60,000
   */
  readonly unread?: number;
}
