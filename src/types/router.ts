import type { Batch, Batches, BatchInput, BatchOptions } from './batch/job.ts';
import type { Listener, RouterEventType } from './event.ts';
import type { CallOptions } from './options/call-options.ts';
import type { Capabilities } from './options/capabilities.ts';
import type { TargetOn } from './options/known-targets.ts';
import type { IdOf, TargetFields } from './options/options.ts';
import type { Health, Latency, TargetStats } from './options/strategy.ts';
import type { Provider, Traffic } from './provider.ts';
import type { EmbedRequest, EmbedResult } from './request/embed.ts';
import type { ImageRequest, ImageResult } from './request/image.ts';
import type { ChatRequest } from './request/request.ts';
import type { InferSchema, Schema } from './request/schema.ts';
import type { Decision } from './result/decision.ts';
import type { ChatResult, ResponseInfo, Warning } from './result/result.ts';
import type { RunRequest, RunResult, RunStream } from './result/run.ts';
import type { AppendOnlyPart, StreamPart } from './result/stream-part.ts';

// For projects whose `lib` lacks it; identical to TypeScript's `esnext.disposable`.
declare global {
  interface SymbolConstructor {
    readonly asyncDispose: unique symbol;
  }
}

/** A target's latency for requests of one kind, in milliseconds. */
export interface LatencyReport extends Latency {
  /** `stream`: to the first token. `chat`: to the complete answer. */
  readonly kind: 'stream' | 'chat';
  /** Size of the prompt: up to about 1,000 tokens, up to 16,000, and more. */
  readonly prompt: 'small' | 'medium' | 'large';
  /** Number of samples; older samples decay. */
  readonly samples: number;
}

/** A target's entry in `router.stats()`. */
export interface TargetReport extends TargetStats {
  /** The target's id. */
  readonly id: string;
  /** The provider's name. */
  readonly provider: string;
  /** The target's model. */
  readonly model: string;
  /** Its known capabilities; the context length is the catalog's where none is declared, once the catalog has loaded. */
  readonly capabilities: Capabilities;
  /** Traffic of its provider object, shared by all targets that use the same object; omitted if not measured. */
  readonly traffic?: Traffic;
  /** Its health now. */
  readonly health: Health;
  /** When it is expected to be tried again, in milliseconds since 1970, if known. */
  readonly retryAt: number | undefined;
  /** By kind of request, for kinds with samples. */
  readonly latencies: readonly LatencyReport[];
}

/**
 * A streaming answer. Can be iterated once; leaving the loop closes the connection.
 *
 * @example
 * for await (const part of stream) if (part.type === 'text-delta') process.stdout.write(part.text);
 * const { cost } = await stream.result;
 */
export interface ChatStream<T = unknown> extends AsyncIterable<StreamPart> {
  /** The id of the target that answers; changes after a `restart`. */
  readonly target: string;
  /** The vendor's response metadata so far. */
  readonly response: ResponseInfo;
  /** Known parts of the request that were not sent as given. */
  readonly warnings: readonly Warning[];
  /** How its target was chosen, or which plugin answered. */
  readonly decision: Decision | undefined;
  /**
   * The result, as returned by `chat`, once the stream has ended. Rejects with the error that the iteration throws. Without an
   * iteration, accessing it reads the stream; an iteration that starts later still gets all parts.
   */
  readonly result: Promise<ChatResult<T>>;
  /**
   * The parts for a reader that cannot retract output: throws `StreamInterruptedError` instead of a restart, whatever
   * `interrupted` is. Counts as the one iteration.
   */
  readonly appendOnly: AsyncIterable<AppendOnlyPart>;
  /** The text of `appendOnly`. Counts as the one iteration. */
  readonly textStream: AsyncIterable<string>;
}

/** What the first request of a target would fail of: a missing key or package. */
export interface WarmupProblem {
  /** The id of the target. */
  readonly target: string;
  /** Names what is missing. */
  readonly error: Error;
}

/** Sends each request to its best target. Created by `createRouter`. */
export interface Router<TargetId extends string = string, RouteName extends string = string> {
  /** The ids of its targets, in the order of the options and of `addTarget`. */
  readonly targets: readonly TargetId[];
  /** The names of the providers of which calls may name any model. */
  readonly providers: readonly string[];
  /** The names of its plugins, in the order of the options. */
  readonly plugins: readonly string[];
  /** The targets of each route, by name. Contains `default` only if the options do. */
  readonly routes: Readonly<Record<RouteName, readonly TargetId[]>>;
  /**
   * Gets one complete answer.
   *
   * @throws RequestError, NoTargetError, AllTargetsFailedError, ProviderError (a failure that failover cannot fix), DeadlineError,
   * CostLimitError, OutputError; `signal.reason` if the caller aborts.
   * @example
   * const { text, cost } = await router.chat({ prompt: 'Why is the sky blue?' });
   */
  chat<S extends Schema = Schema>(
    request: ChatRequest<S>,
    options?: CallOptions<TargetId, RouteName>,
  ): Promise<ChatResult<InferSchema<S>>>;
  /**
   * Streams an answer. Resolves at the first token; until then, failover is invisible.
   *
   * @throws as `chat`; the iteration can also throw StreamInterruptedError.
   */
  stream<S extends Schema = Schema>(
    request: ChatRequest<S>,
    options?: CallOptions<TargetId, RouteName>,
  ): Promise<ChatStream<InferSchema<S>>>;
  /**
   * Creates embeddings. All come from one model: if its target fails midway, the next target starts over.
   *
   * @throws as `chat`
   */
  embed(request: EmbedRequest, options?: CallOptions<TargetId, RouteName>): Promise<EmbedResult>;
  /**
   * Generates images. All come from one model: if its target fails midway, the next target starts over. Never hedged, because
   * each image costs.
   *
   * @throws as `chat`
   * @example
   * const { images, cost } = await router.image({ prompt: 'A lighthouse in a storm', n: 2 });
   * await writeFile('lighthouse.png', Buffer.from(images[0].data, 'base64'));
   */
  image(request: ImageRequest, options?: CallOptions<TargetId, RouteName>): Promise<ImageResult>;
  /**
   * Answers many requests within hours, at vendors' batch prices: through the route's targets on the tier `batch`, and, as the
   * deadline nears, through the others. The requests and the vendors' batches are kept in the router's `store`, so that another
   * process can continue.
   *
   * @throws RequestError for an invalid option
   * @example
   * const batch = await router.batch(requests, { route: 'nightly', deadline: Date.now() + 6 * 3_600_000 });
   * for await (const { id, result, error } of batch.results) save(id, result ?? error);
   */
  batch(requests: BatchInput, options?: BatchOptions<TargetId, RouteName>): Promise<Batch>;
  /** Batches that an earlier process began. */
  readonly batches: Batches;
  /** Explains how a request would be routed now. Sends nothing. */
  explain(request: ChatRequest, options?: CallOptions<TargetId, RouteName>): Promise<Decision>;
  /**
   * Calls `listener` with each event of a type; `*` for every event. Returns a function that removes the listener. Errors of
   * listeners are ignored.
   *
   * @example
   * const remove = router.on('request-end', ({ target, cost }) => console.log(target, cost?.total));
   */
  on<T extends RouterEventType | '*'>(type: T, listener: Listener<T>): () => void;
  /**
   * Returns the same router with preset call options. A call's own options take precedence field by field; `metadata` and `tags`
   * are merged, and an answer must pass both `accept` functions.
   *
   * @throws RequestError for invalid options
   * @example
   * const acme = router.with({ tenant: 'acme', route: 'chat' });
   * await acme.chat({ prompt: 'Hi' });
   */
  with(options: CallOptions<TargetId, RouteName>): this;
  /**
   * Prepares for the first request: loads the SDKs, opens a connection for each target and key, and lets plugins prepare. Sends nothing to a model, and
   * a failure here does not affect a target's health. Opens connections only on Node, and not for providers that use `fetch` (see
   * their option `fetch`), which cannot connect without a request.
   *
   * Resolves with the problems that requests would meet, such as a missing key or package: when done, after 10 seconds at most, or
   * on `close`. Never rejects.
   *
   * @example
   * const problems = await router.warmup();
   * if (problems.length > 0) process.exit(1); // each has been printed by console.warn
   * server.listen(8080);
   */
  warmup(): Promise<readonly WarmupProblem[]>;
  /**
   * Adds a target while the router runs: to all routes that name no targets, and to those in `routes`, as their last. What is known
   * of the other targets stays. Resolves with this router, whose types know the new id.
   *
   * @throws ConfigError for an invalid option, or an id that another target has
   * @example
   * await router.addTarget({ provider: groq(), model: 'llama-3.3-70b-versatile' }, { routes: ['fast'] });
   */
  addTarget<const Added extends TargetFields, P extends Provider = Provider>(
    target: Added | TargetOn<P>,
    options?: { readonly routes?: readonly RouteName[] },
  ): Promise<this & Router<TargetId | IdOf<Added>, RouteName>>;
  /**
   * Removes a target from all routes. Requests in flight on it finish; later ones, and their further attempts, go to other targets.
   * Resolves with `false` if there was none.
   */
  removeTarget(id: TargetId | (string & {})): Promise<boolean>;
  /** The health and measurements of each target. */
  stats(): readonly TargetReport[];
  /**
   * Ends all requests in flight and all timers; later calls reject with code `closed`. Resolves when the plugins have flushed.
   * Never rejects.
   */
  close(): Promise<void>;
  /**
   * Calls the model, executes the tools that it calls, in parallel, and goes on until it is done: for applications without an agent
   * library. Each step is a separate request, so a failing vendor is replaced between steps. Errors of tools are given to the
   * model.
   *
   * @throws as `chat`
   * @example
   * const weather = tool({ inputSchema: z.object({ city: z.string() }), execute: ({ city }) => forecast(city) });
   * const { text, cost } = await router.run({ prompt: 'Do I need an umbrella in Paris?', tools: { weather } });
   */
  run(request: RunRequest, options?: CallOptions<TargetId, RouteName>): Promise<RunResult>;
  /**
   * `run` as a stream of the parts of all steps and the outputs of their tools. Each step is a `stream`, so a part may be a `restart`
   * if the route's `interrupted` allows it. Leaving the loop aborts the step and its running tools.
   *
   * @throws as `stream`; the iteration throws what a step throws
   * @example
   * const run = await router.runStream({ prompt: 'Do I need an umbrella in Paris?', tools: { weather } });
   * for await (const event of run) {
   *   if ('output' in event) console.log(event.call.toolName, event.output);
   *   else if (event.part.type === 'text-delta') process.stdout.write(event.part.text);
   * }
   */
  runStream(request: RunRequest, options?: CallOptions<TargetId, RouteName>): Promise<RunStream>;
  /**
   * Refuses new requests with code `closed`, and waits for those in flight, for a graceful shutdown. Resolves with
   * `true` when all have ended, with `false` after `timeout` milliseconds. Then call `close`.
   *
   * @default timeout: Infinity
   * @example
   * process.once('SIGTERM', async () => {
   *   server.close();
   *   await router.drain({ timeout: 25_000 });
   *   await router.close();
   * });
   */
  drain(options?: { readonly timeout?: number }): Promise<boolean>;
  /** `close()`, for `await using`. */
  [Symbol.asyncDispose](): Promise<void>;
}
