import type { Listener, RouterEventType } from './event.ts';
import type { Capabilities } from './options/capabilities.ts';
import type { CallOptions } from './options/options.ts';
import type { Health, Latency, TargetStats } from './options/strategy.ts';
import type { Traffic } from './provider.ts';
import type { EmbedRequest, EmbedResult } from './request/embed.ts';
import type { ImageRequest, ImageResult } from './request/image.ts';
import type { ChatRequest } from './request/request.ts';
import type { InferSchema, Schema } from './request/schema.ts';
import type { Decision } from './result/decision.ts';
import type { ChatResult, ResponseInfo, Warning } from './result/result.ts';
import type { AppendOnlyPart, StreamPart } from './result/stream-part.ts';

// For projects whose `lib` does not have it yet; the same as in TypeScript's own `esnext.disposable`.
declare global {
  interface SymbolConstructor {
    readonly asyncDispose: unique symbol;
  }
}

/** How long a target takes for requests of one kind. Milliseconds. */
export interface LatencyReport extends Latency {
  /** `stream`: to the first token. `chat`: to the complete answer. */
  readonly kind: 'stream' | 'chat';
  /** Size of the prompt: up to about 1,000 tokens, up to 16,000, and more. */
  readonly prompt: 'small' | 'medium' | 'large';
  /** How many samples that rests on; they fade. */
  readonly samples: number;
}

/** What `router.stats()` says of one target. */
export interface TargetReport extends TargetStats {
  readonly id: string;
  readonly provider: string;
  readonly model: string;
  /** What it can do, as far as that is known. */
  readonly capabilities: Capabilities;
  /** What has gone over its provider's connections, with all that other targets of the same provider object sent; where it is counted. */
  readonly traffic?: Traffic;
  readonly health: Health;
  /** When it is expected to be tried again: milliseconds since 1970, where that is known. */
  readonly retryAt: number | undefined;
  /** By kind of request; those of which there are samples. */
  readonly latencies: readonly LatencyReport[];
}

/**
 * An answer as it is made. Can be iterated once; leaving the loop closes the connection.
 *
 * @example
 * for await (const part of stream) if (part.type === 'text-delta') process.stdout.write(part.text);
 * const { cost } = await stream.result;
 */
export interface ChatStream<T = unknown> extends AsyncIterable<StreamPart> {
  /** The id of the target that answers; another one after a `restart`. */
  readonly target: string;
  /** What the vendor has said of its answer so far. */
  readonly response: ResponseInfo;
  /** What could not be sent as it was, as far as it is known. */
  readonly warnings: readonly Warning[];
  /** How its target was chosen, or where its answer was found. */
  readonly decision: Decision | undefined;
  /**
   * The same result that `chat` gives, once the stream has been read to its end. Rejects as the iteration throws. Where nobody
   * iterates, taking it reads the stream; parts that are read so are there for an iteration that begins later.
   */
  readonly result: Promise<ChatResult<T>>;
  /**
   * The parts for a reader that cannot take back what it has shown: it throws `StreamInterruptedError` where the stream would
   * restart, whatever `interrupted` is. Uses up the one iteration.
   */
  readonly appendOnly: AsyncIterable<AppendOnlyPart>;
  /** The text of `appendOnly`. Uses up the one iteration. */
  readonly textStream: AsyncIterable<string>;
}

/** Sends requests to the best of its targets. Made by `createRouter`. */
export interface Router<TargetId extends string = string, RouteName extends string = string> {
  /** The ids of its targets, in the order of its options. */
  readonly targets: readonly TargetId[];
  /** The names of its plugins, in the order of its options. */
  readonly plugins: readonly string[];
  /** The targets of each of its routes, by name. The route `default` is there only if the options have it. */
  readonly routes: Readonly<Record<RouteName, readonly TargetId[]>>;
  /**
   * Gets one complete answer.
   *
   * @throws RequestError, NoTargetError, AllTargetsFailedError, ProviderError (a failure that no other target would
   * mend), DeadlineError, BudgetError, OutputError; or `signal.reason` when the caller aborts.
   * @example
   * const { text, cost } = await router.chat({ prompt: 'Why is the sky blue?' });
   */
  chat<S extends Schema = Schema>(
    request: ChatRequest<S>,
    options?: CallOptions<TargetId, RouteName>,
  ): Promise<ChatResult<InferSchema<S>>>;
  /**
   * Gets an answer as it is made. Settles at the first token; until then failing targets are replaced unseen.
   *
   * @throws as `chat`; once reading, also StreamInterruptedError.
   */
  stream<S extends Schema = Schema>(
    request: ChatRequest<S>,
    options?: CallOptions<TargetId, RouteName>,
  ): Promise<ChatStream<InferSchema<S>>>;
  /**
   * Turns texts into vectors. All of them are of one model: where its target fails half-way, the next target's model does
   * them all anew.
   *
   * @throws as `chat`
   */
  embed(request: EmbedRequest, options?: CallOptions<TargetId, RouteName>): Promise<EmbedResult>;
  /**
   * Makes images. All of them are of one model: where its target fails half-way, the next target's model does them all anew.
   * Never sent twice to be faster, because each image costs.
   *
   * @throws as `chat`
   * @example
   * const { images, cost } = await router.image({ prompt: 'A lighthouse in a storm', n: 2 });
   * await writeFile('lighthouse.png', Buffer.from(images[0].data, 'base64'));
   */
  image(request: ImageRequest, options?: CallOptions<TargetId, RouteName>): Promise<ImageResult>;
  /** How the request's target would be chosen now. Sends nothing. */
  explain(request: ChatRequest, options?: CallOptions<TargetId, RouteName>): Promise<Decision>;
  /**
   * Calls `listener` with each event of a type, or with `*` every event. Returns the function that removes it. What a listener
   * throws is ignored.
   *
   * @example
   * const remove = router.on('request-end', ({ target, cost }) => console.log(target, cost?.total));
   */
  on<T extends RouterEventType | '*'>(type: T, listener: Listener<T>): () => void;
  /**
   * The same router with preset call options. What a call sets itself takes precedence, field by field; `metadata` and `tags` of
   * both count, and an answer has to pass both `accept`s.
   *
   * @throws RequestError for wrong options
   * @example
   * const acme = router.with({ tenant: 'acme', route: 'chat' });
   * await acme.chat({ prompt: 'Hi' });
   */
  with(options: CallOptions<TargetId, RouteName>): Router<TargetId, RouteName>;
  /**
   * Gets ready for the first request: loads the SDKs, and opens a connection to the origin of each target, for each of its
   * keys. Nothing is sent to a model, and what fails here is no verdict on a target. Connections are opened on Node only, and
   * not where requests go over `fetch` (see the option `fetch` of the providers), which cannot do that without a request.
   *
   * Resolves when all of it is done, after 10 seconds at the latest, or with `close`; never rejects.
   *
   * @example
   * await router.warmup();
   * server.listen(8080);
   */
  warmup(): Promise<void>;
  /** What has been measured of each target. */
  stats(): readonly TargetReport[];
  /**
   * Ends all requests under way and all timers at once; calls after it reject with code `closed`. Resolves when the plugins are done,
   * which may have something to write. Never rejects.
   */
  close(): Promise<void>;
  /** `close()`, for `await using`. */
  [Symbol.asyncDispose](): Promise<void>;
}
