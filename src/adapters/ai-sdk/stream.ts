import { isRouterError } from '../../errors.ts';
import type { FinishSpec, StreamSpec, UsageSpec } from '../../providers/ai-sdk/spec.ts';
import type { ChatResult } from '../../types/result/result.ts';
import type { AppendOnlyPart, PartReader, StreamContent } from '../../types/result/stream-part.ts';
import type { ChatStream } from '../../types/router.ts';
import {
  type AnswerContext,
  metadataOf,
  refusalIn,
  responseOf,
  toFinish,
  toUsage,
  toWarning,
  vendorUsage,
} from './answer.ts';
import { asCallError } from './errors.ts';
import { meta, type Whole } from './parts.ts';

/**
 * Converts a stream to the AI SDK's parts, at the reader's pace. Canceling it cancels the router's stream.
 *
 * @param signal the caller's, which also takes back what lies ready
 */
export function toReadable(
  stream: ChatStream,
  context: AnswerContext,
  signal: AbortSignal | undefined,
  map: (element: StreamSpec) => object | undefined = (element) => element,
): ReadableStream<StreamSpec> {
  const reader: PartReader<AppendOnlyPart> = stream.appendOnly[Symbol.asyncIterator]();
  const translate = new Translator(stream, context);
  const put = (controller: ReadableStreamDefaultController<StreamSpec>, element: StreamSpec): number => {
    const mapped = map(element);
    if (mapped === undefined) return 0;
    controller.enqueue(mapped as StreamSpec);
    return 1;
  };
  let stop = (): void => {};
  return new ReadableStream<StreamSpec>(
    {
      start(controller) {
        const onAbort = (): void => controller.error(signal?.reason);
        signal?.addEventListener('abort', onAbort, { once: true });
        stop = () => signal?.removeEventListener('abort', onAbort);
      },
      async pull(controller) {
        try {
          // Loops until a part is emitted: some parts have no counterpart in the AI SDK.
          for (let sent = 0; sent === 0; ) {
            const next = await reader.next();
            if (next.done === true) {
              stop();
              controller.close();
              return;
            }
            const elements =
              next.value.type === 'finish' ? await translate.end() : translate.part(next.value);
            for (const element of elements) sent += put(controller, element);
          }
          // Parts of the same packet need no separate pull.
          for (let part = reader.ready?.(); part !== undefined; part = reader.ready?.())
            for (const element of translate.part(part)) put(controller, element);
        } catch (error) {
          stop();
          // Any other error is the caller's abort, which must reject the stream.
          if (!isRouterError(error)) {
            controller.error(error);
            return;
          }
          for (const element of translate.failed(error)) put(controller, element);
          controller.close();
        }
      },
      async cancel() {
        stop();
        await reader.return?.();
      },
    },
    { highWaterMark: 0 },
  );
}

const begun = new Set<unknown>(['web_search_call', 'code_interpreter_call', 'server_tool_use']);

/** Other vendor tools, and all of Gemini's, arrive complete in the AI SDK too. */
function beginsThere({ providerMetadata }: Extract<StreamSpec, { type: 'tool-call' }>): boolean {
  const item = providerMetadata?.['openai']?.['item'] as { readonly type?: unknown } | undefined;
  const block = providerMetadata?.['anthropic']?.['block'] as { readonly type?: unknown } | undefined;
  return begun.has(item?.type) || begun.has(block?.type);
}

/** An open text or reasoning block. Deltas of one block share `own`, the id of our parts, or have none. */
interface OpenBlock {
  readonly type: 'text' | 'reasoning';
  readonly id: string;
  readonly own: string | undefined;
}

type Delta = Extract<StreamContent, { readonly type: 'text-delta' | 'reasoning-delta' }>;
type FinishOrigin = Extract<StreamSpec, { type: 'finish' }>;

const unknownUsage: UsageSpec = toUsage({});
const broken: FinishSpec = { unified: 'error', raw: undefined };

/** Converts the parts of one stream. */
class Translator {
  readonly #stream: ChatStream;
  readonly #context: AnswerContext;
  readonly #inputs = new Set<string>();
  #begun = false;
  /** Whether a part of the vendor has named the model. */
  #named = false;
  #block: OpenBlock | undefined;
  #blocks = 0;

  constructor(stream: ChatStream, context: AnswerContext) {
    this.#stream = stream;
    this.#context = context;
  }

  part(part: StreamContent): readonly StreamSpec[] {
    if (part.origin !== undefined) return this.#native(part.origin as StreamSpec);
    const before = this.#begin();
    const after = this.#translate(part);
    return before.length === 0 ? after : [...before, ...after];
  }

  async end(): Promise<readonly StreamSpec[]> {
    const result = await this.#stream.result;
    if (result.origin !== undefined) return this.#nativeEnd(result, result.origin as FinishOrigin);
    const { timestamp } = responseOf(result.response, result.raw, undefined);
    const refusal = refusalIn(result);
    return [
      ...this.#begin(),
      ...(refusal === undefined ? [] : this.#delta({ type: 'text-delta', text: refusal, id: 'refusal' })),
      ...this.#close(),
      ...(timestamp === undefined ? [] : [{ type: 'response-metadata' as const, timestamp }]),
      {
        type: 'finish',
        finishReason: toFinish(result),
        usage: toUsage(result.usage, vendorUsage(result)),
        providerMetadata: { ...(result.providerMetadata as Record<string, never>), ...metadataOf(result) },
      },
    ];
  }

  failed(error: unknown): readonly StreamSpec[] {
    const usage = isRouterError(error, 'stream-interrupted') ? toUsage(error.usage) : unknownUsage;
    return [
      ...this.#begin(),
      ...this.#close(),
      { type: 'error', error: asCallError(error) },
      { type: 'finish', finishReason: broken, usage },
    ];
  }

  #begin(): readonly StreamSpec[] {
    if (this.#begun) return [];
    this.#begun = true;
    const { warnings, response, target } = this.#stream;
    const known = responseOf(response, undefined, this.#context.modelOf(target));
    return [
      {
        type: 'stream-start',
        warnings: [...warnings.map(toWarning), ...this.#context.unsupportedOptions(target)],
      },
      ...(Object.keys(known).length === 0 ? [] : [{ type: 'response-metadata' as const, ...known }]),
    ];
  }

  #close(): readonly StreamSpec[] {
    if (this.#block === undefined) return [];
    const { type, id } = this.#block;
    this.#block = undefined;
    return [{ type: `${type}-end`, id }];
  }

  #translate(part: StreamContent): readonly StreamSpec[] {
    switch (part.type) {
      case 'text-delta':
      case 'reasoning-delta':
        return this.#delta(part);
      case 'raw':
        return [{ type: 'raw', rawValue: part.value }];
      case 'tool-call-start':
        this.#inputs.add(part.toolCallId);
        return [...this.#close(), { type: 'tool-input-start', id: part.toolCallId, toolName: part.toolName }];
      case 'tool-call-delta':
        return [{ type: 'tool-input-delta', id: part.toolCallId, delta: part.text }];
      case 'tool-call':
        return [...this.#close(), ...this.#endInput(part.toolCallId), ...this.#whole(part)];
      case 'source':
        return this.#whole(part); // may occur within the text it belongs to
      default:
        return [...this.#close(), ...this.#whole(part)];
    }
  }

  #delta(part: Delta): readonly StreamSpec[] {
    const type = part.type === 'text-delta' ? 'text' : 'reasoning';
    const open = this.#block;
    if (open !== undefined && open.type === type && open.own === part.id)
      return [{ type: `${type}-delta`, id: open.id, delta: part.text, ...meta(part) }];
    if (part.text === '' && part.providerOptions === undefined) return [];
    const before = this.#close();
    const id = String(this.#blocks++);
    this.#block = { type, id, own: part.id };
    if (part.text === '') return [...before, { type: `${type}-start`, id, ...meta(part) }];
    return [
      ...before,
      { type: `${type}-start`, id },
      { type: `${type}-delta`, id, delta: part.text, ...meta(part) },
    ];
  }

  #endInput(id: string): readonly StreamSpec[] {
    return this.#inputs.delete(id) ? [{ type: 'tool-input-end', id }] : [];
  }

  /** Calls of OpenAI's and Anthropic's own tools arrive complete, but the AI SDK expects a start and an end. */
  #whole(part: Whole): readonly StreamSpec[] {
    return this.#context.part(part).flatMap((spec): readonly StreamSpec[] => {
      const begins = spec.type === 'tool-call' && spec.providerExecuted === true && beginsThere(spec);
      if (!begins) return [spec];
      const { toolCallId: id, toolName, input, dynamic } = spec;
      const unknown = dynamic === undefined ? {} : { dynamic };
      return [
        { type: 'tool-input-start', id, toolName, providerExecuted: true, ...unknown },
        ...(input === '{}' ? [] : [{ type: 'tool-input-delta' as const, id, delta: input }]),
        { type: 'tool-input-end', id },
        spec,
      ];
    });
  }

  /** Passes parts of AI SDK models through unchanged. */
  #native(origin: StreamSpec): readonly StreamSpec[] {
    this.#begun = true;
    if (origin.type === 'response-metadata') this.#named = true;
    if (origin.type === 'text-start' || origin.type === 'reasoning-start') {
      const type = origin.type === 'text-start' ? 'text' : 'reasoning';
      this.#block = { type, id: origin.id, own: origin.id };
    }
    if (origin.type === 'text-end' || origin.type === 'reasoning-end') this.#block = undefined;
    if (origin.type !== 'response-metadata') return [origin];
    const modelId = origin.modelId ?? this.#context.modelOf(this.#stream.target);
    return [{ ...origin, ...(modelId === undefined ? {} : { modelId }) }];
  }

  #nativeEnd(result: ChatResult, finish: FinishOrigin): readonly StreamSpec[] {
    const modelId = this.#named ? undefined : this.#context.modelOf(result.target);
    return [
      ...this.#begin(),
      ...this.#close(),
      ...(modelId === undefined ? [] : [{ type: 'response-metadata' as const, modelId }]),
      { ...finish, providerMetadata: { ...finish.providerMetadata, ...metadataOf(result) } },
    ];
  }
}
