import { ProviderError, type ProviderErrorInit } from '../errors.ts';
import type { Clock } from '../types/clock.ts';
import type {
  Provider,
  ProviderCall,
  ProviderEmbedCall,
  ProviderImageCall,
  ProviderResult,
  ProviderStreamPart,
} from '../types/provider.ts';
import type { GeneratedImage } from '../types/request/image.ts';
import type { ContentPart } from '../types/request/message.ts';
import type { FinishReason } from '../types/result/result.ts';
import type { Usage } from '../types/result/usage.ts';

/** The behavior of a scripted provider for one call. Times are milliseconds on its clock. */
export interface Script {
  /**
   * The answer's text. In a stream, one delta per entry of a list; a string arrives word by word.
   *
   * @default 'ok'
   */
  readonly text?: string | readonly string[];
  /** The whole answer, if text is not enough. In a stream, text and reasoning are one delta each. */
  readonly content?: readonly ContentPart[];
  /** Why the answer ends. @default 'tool-calls' with a tool call, otherwise 'stop' */
  readonly finishReason?: FinishReason;
  /** @default 10 input tokens, 5 output tokens */
  readonly usage?: Usage;
  /** Time to the answer, or to the first part of a stream. Default: 0. */
  readonly delay?: number;
  /** Time between the parts of a stream. Default: 0. */
  readonly gap?: number;
  /** Fail with this error, or with `after` in the middle of the answer. */
  readonly error?: Omit<ProviderErrorInit, 'provider'>;
  /** Streams: parts to give before `error`, `hang` or `cut`. Default: 0. */
  readonly after?: number;
  /** Never answer, or stop after `after` parts, until the router gives up. */
  readonly hang?: boolean;
  /**
   * Vectors for `embed`.
   *
   * @default one per value: its length and 1
   */
  readonly embeddings?: readonly (readonly number[])[];
  /**
   * The images of `image`.
   *
   * @default as many as requested, of one pixel each
   */
  readonly images?: readonly GeneratedImage[];
  /** End a stream without its terminal event, after `after` parts; cut a chat's answer short. */
  readonly cut?: boolean;
}

/** A provider that follows a script, and records its calls. */
export interface ScriptedProvider<Name extends string = string> extends Provider<Name> {
  /** Every chat and stream call, in order. */
  readonly calls: readonly ProviderCall[];
  /** Every embedding call. */
  readonly embedCalls: readonly ProviderEmbedCall[];
  /** Every image call. */
  readonly imageCalls: readonly ProviderImageCall[];
  /** Calls in flight. */
  readonly open: number;
}

/** A call of a scripted provider. */
export type Call = ProviderCall | ProviderEmbedCall | ProviderImageCall;

/** A GIF of one pixel. */
const pixel = 'R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7';

/**
 * A provider for tests: no network, no keys. Its calls follow `scripts` in order, and the last script repeats; or a function
 * returns the script of each call.
 *
 * @param clock the router's clock, when scripts take time
 * @example
 * const broken = scriptedProvider('broken', [{ error: { kind: 'overloaded', status: 503 } }]);
 * const healthy = scriptedProvider('healthy', [{ text: 'Hello' }]);
 * const router = createRouter({ targets: [{ provider: broken, model: 'a' }, { provider: healthy, model: 'b' }] });
 * const { text, attempts } = await router.chat({ prompt: 'Hi' }); // 'Hello', after one failed attempt
 */
export function scriptedProvider<const Name extends string>(
  name: Name,
  scripts: readonly Script[] | ((call: Call, index: number) => Script) = [{}],
  clock?: Clock,
): ScriptedProvider<Name> {
  const calls: ProviderCall[] = [];
  const embedCalls: ProviderEmbedCall[] = [];
  const imageCalls: ProviderImageCall[] = [];
  let open = 0;

  const begin = (call: Call): Script => {
    if ('values' in call) embedCalls.push(call);
    else if ('n' in call) imageCalls.push(call);
    else calls.push(call);
    const index = calls.length + embedCalls.length + imageCalls.length - 1;
    return typeof scripts === 'function'
      ? scripts(call, index)
      : (scripts[Math.min(index, scripts.length - 1)] ?? {});
  };
  const wait = (ms: number, signal: AbortSignal): Promise<void> => pause(name, ms, signal, clock);
  const failure = (script: Script): ProviderError =>
    new ProviderError({ kind: 'unknown', ...script.error, provider: name });
  /** One call that is answered at once. */
  const once = async <T>(call: Call, answer: (script: Script) => T): Promise<T> => {
    const script = begin(call);
    open += 1;
    try {
      await wait(script.hang === true ? Number.POSITIVE_INFINITY : (script.delay ?? 0), call.signal);
      if (script.error !== undefined) throw failure(script);
      return answer(script);
    } finally {
      open -= 1;
    }
  };

  return {
    name,
    calls,
    embedCalls,
    imageCalls,
    get open() {
      return open;
    },
    chat: (call) =>
      once(call, (script) => {
        if (script.cut === true)
          throw new ProviderError({ kind: 'truncated', provider: name, answered: true });
        return answerOf(script, call, `${name}-${calls.length}`);
      }),
    embed: (call) =>
      once(call, (script) => ({
        embeddings: script.embeddings ?? call.values.map(({ length }) => [length, 1]),
        usage: script.usage ?? { inputTokens: 10 },
        response: { id: `${name}-${calls.length + embedCalls.length}`, model: call.model, headers: {} },
        warnings: [],
        raw: undefined,
      })),
    image: (call) =>
      once(call, (script) => ({
        images:
          script.images ??
          Array.from({ length: call.n }, () => ({ type: 'file', data: pixel, mediaType: 'image/gif' })),
        usage: script.usage ?? {},
        response: { id: `${name}-${imageCalls.length}`, model: call.model, headers: {} },
        warnings: [],
        raw: undefined,
      })),
    async *stream(call) {
      const script = begin(call);
      open += 1;
      try {
        yield { type: 'response', id: `${name}-${calls.length}`, model: call.model };
        yield* play(script, call, (ms) => wait(ms, call.signal), failure);
      } finally {
        open -= 1;
      }
    },
  };
}

/** The parts of one stream, in time, up to where the script breaks it. */
async function* play(
  script: Script,
  call: ProviderCall,
  wait: (ms: number) => Promise<void>,
  failure: (script: Script) => ProviderError,
): AsyncGenerator<ProviderStreamPart, undefined> {
  await wait(script.delay ?? 0);
  const breaks = script.error !== undefined || script.hang === true || script.cut === true;
  let left = breaks ? (script.after ?? 0) : Number.POSITIVE_INFINITY;
  let first = true;
  for (const part of partsOf(script)) {
    if (left-- <= 0) break;
    if (!first) await wait(script.gap ?? 0);
    first = false;
    yield part;
  }
  if (script.hang === true) await wait(Number.POSITIVE_INFINITY);
  if (script.error !== undefined) throw failure(script);
  if (script.cut === true) return;
  const { finishReason, usage } = answerOf(script, call, '');
  yield { type: 'finish', finishReason, usage };
}

function answerOf(script: Script, call: ProviderCall, id: string): ProviderResult {
  const text = typeof script.text === 'string' ? script.text : (script.text ?? ['ok']).join('');
  const content: readonly ContentPart[] = script.content ?? [{ type: 'text', text }];
  const callsTools = content.some(({ type }) => type === 'tool-call');
  return {
    content,
    finishReason: script.finishReason ?? (callsTools ? 'tool-calls' : 'stop'),
    usage: script.usage ?? { inputTokens: 10, outputTokens: 5 },
    response: { id, model: call.model, headers: {} },
    warnings: [],
    raw: undefined,
  };
}

function* partsOf(script: Script): Generator<ProviderStreamPart> {
  if (script.content === undefined) {
    const words = typeof script.text === 'string' ? script.text.split(/(?<= )/) : (script.text ?? ['ok']);
    for (const text of words) yield { type: 'text-delta', text };
    return;
  }
  for (const [index, part] of script.content.entries()) {
    if (part.type === 'text') yield { ...part, type: 'text-delta', id: String(index) };
    else if (part.type === 'reasoning') yield { ...part, type: 'reasoning-delta', id: String(index) };
    else {
      if (part.type === 'tool-call') {
        const { toolCallId, toolName } = part;
        yield { type: 'tool-call-start', toolCallId, toolName };
        yield { type: 'tool-call-delta', toolCallId, text: JSON.stringify(part.input) ?? '' };
      }
      yield part;
    }
  }
}

function pause(provider: string, ms: number, signal: AbortSignal, clock: Clock | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => {
      cancel();
      reject(new ProviderError({ kind: 'aborted', provider }));
    };
    if (signal.aborted) {
      reject(new ProviderError({ kind: 'aborted', provider }));
      return;
    }
    const run = (): void => {
      signal.removeEventListener('abort', onAbort);
      resolve();
    };
    let cancel = (): void => {};
    if (ms === 0) {
      resolve();
      return;
    }
    signal.addEventListener('abort', onAbort, { once: true });
    if (ms === Number.POSITIVE_INFINITY) return;
    if (clock !== undefined) cancel = clock.after(ms, run);
    else {
      const timer = setTimeout(run, ms);
      cancel = () => clearTimeout(timer);
    }
  });
}
