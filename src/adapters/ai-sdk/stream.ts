import { isRouterError } from '../../errors.ts';
import type { FinishSpec, StreamSpec, UsageSpec } from '../../providers/ai-sdk/spec.ts';
import type { AppendOnlyPart, StreamContent } from '../../types/result/stream-part.ts';
import type { ChatStream } from '../../types/router.ts';
import {
  metadataOf,
  refusalIn,
  responseOf,
  type Telling,
  toFinish,
  toUsage,
  toWarning,
  vendorUsage,
} from './answer.ts';
import { asCallError } from './errors.ts';
import { meta, type Whole } from './parts.ts';

/** A stream in the words of the AI SDK. It is read as it is read there, and leaving it leaves ours. */
export function toReadable(
  stream: ChatStream,
  telling: Telling,
  map: (element: StreamSpec) => object | undefined = (element) => element,
): ReadableStream<StreamSpec> {
  const reader = stream.appendOnly[Symbol.asyncIterator]();
  const translate = translator(stream, telling);
  const put = (controller: ReadableStreamDefaultController<StreamSpec>, element: StreamSpec): number => {
    const mapped = map(element);
    if (mapped === undefined) return 0;
    controller.enqueue(mapped as StreamSpec);
    return 1;
  };
  return new ReadableStream<StreamSpec>(
    {
      async pull(controller) {
        try {
          // Until there is something to see: not every part is something there.
          for (let told = 0; told === 0; ) {
            const next = await reader.next();
            if (next.done === true) {
              controller.close();
              return;
            }
            const elements =
              next.value.type === 'finish' ? await translate.end() : translate.part(next.value);
            for (const element of elements) told += put(controller, element);
          }
        } catch (error) {
          // What is not ours is the caller's own abort, which ends the stream as it ends any other.
          if (!isRouterError(error)) {
            controller.error(error);
            return;
          }
          for (const element of translate.failed(error)) put(controller, element);
          controller.close();
        }
      },
      async cancel() {
        await reader.return?.();
      },
    },
    { highWaterMark: 0 },
  );
}

const begun = new Set<unknown>(['web_search_call', 'code_interpreter_call', 'server_tool_use']);

/** Other tools come whole there too, and all that Gemini does. */
function beginsThere({ providerMetadata }: Extract<StreamSpec, { type: 'tool-call' }>): boolean {
  const item = providerMetadata?.['openai']?.['item'] as { readonly type?: unknown } | undefined;
  const block = providerMetadata?.['anthropic']?.['block'] as { readonly type?: unknown } | undefined;
  return begun.has(item?.type) || begun.has(block?.type);
}

interface Translator {
  part(part: StreamContent): readonly StreamSpec[];
  end(): Promise<readonly StreamSpec[]>;
  failed(error: unknown): readonly StreamSpec[];
}

type Block = { readonly type: 'text' | 'reasoning'; readonly id: string; readonly own: string | undefined };

const unknownUsage: UsageSpec = toUsage({});
const broken: FinishSpec = { unified: 'error', raw: undefined };

function translator(stream: ChatStream, telling: Telling): Translator {
  let begun = false;
  let named = false;
  let block: Block | undefined;
  let blocks = 0;
  const inputs = new Set<string>();

  const begin = (): readonly StreamSpec[] => {
    if (begun) return [];
    begun = true;
    const { warnings, response } = stream;
    const known = responseOf(response, undefined, telling.modelOf(stream.target));
    return [
      { type: 'stream-start', warnings: [...warnings.map(toWarning), ...telling.untold(stream.target)] },
      ...(Object.keys(known).length === 0 ? [] : [{ type: 'response-metadata' as const, ...known }]),
    ];
  };
  const close = (): readonly StreamSpec[] => {
    if (block === undefined) return [];
    const { type, id } = block;
    block = undefined;
    return [{ type: `${type}-end`, id }];
  };
  /** Deltas of one block share an id, or have none. */
  const delta = (
    type: 'text' | 'reasoning',
    part: Extract<StreamContent, { readonly type: 'text-delta' | 'reasoning-delta' }>,
  ): readonly StreamSpec[] => {
    const same = block !== undefined && block.type === type && block.own === part.id;
    if (same && block !== undefined)
      return [{ type: `${type}-delta`, id: block.id, delta: part.text, ...meta(part) }];
    if (part.text === '' && part.providerOptions === undefined) return [];
    const before = close();
    block = { type, id: String(blocks++), own: part.id };
    const { id } = block;
    if (part.text === '') return [...before, { type: `${type}-start`, id, ...meta(part) }];
    return [
      ...before,
      { type: `${type}-start`, id },
      { type: `${type}-delta`, id, delta: part.text, ...meta(part) },
    ];
  };
  const endInput = (id: string): readonly StreamSpec[] =>
    inputs.delete(id) ? [{ type: 'tool-input-end', id }] : [];

  /** Calls of OpenAI's and Anthropic's own tools have no pieces here, but are begun and ended there all the same. */
  const whole = (part: Whole): readonly StreamSpec[] =>
    telling.part(part).flatMap((told): readonly StreamSpec[] => {
      const begins = told.type === 'tool-call' && told.providerExecuted === true && beginsThere(told);
      if (!begins) return [told];
      const { toolCallId: id, toolName, input, dynamic } = told;
      const unknown = dynamic === undefined ? {} : { dynamic };
      return [
        { type: 'tool-input-start', id, toolName, providerExecuted: true, ...unknown },
        ...(input === '{}' ? [] : [{ type: 'tool-input-delta' as const, id, delta: input }]),
        { type: 'tool-input-end', id },
        told,
      ];
    });

  const translated = (part: Exclude<AppendOnlyPart, { readonly type: 'finish' }>): readonly StreamSpec[] => {
    switch (part.type) {
      case 'text-delta':
        return delta('text', part);
      case 'reasoning-delta':
        return delta('reasoning', part);
      case 'raw':
        return [{ type: 'raw', rawValue: part.value }];
      case 'tool-call-start':
        inputs.add(part.toolCallId);
        return [...close(), { type: 'tool-input-start', id: part.toolCallId, toolName: part.toolName }];
      case 'tool-call-delta':
        return [{ type: 'tool-input-delta', id: part.toolCallId, delta: part.text }];
      case 'tool-call':
        return [...close(), ...endInput(part.toolCallId), ...whole(part)];
      case 'source':
        return whole(part); // may stand amid the text that it belongs to
      default:
        return [...close(), ...whole(part)];
    }
  };

  /** What a model of the AI SDK gave goes on as it is; whatever block it has open is its own matter. */
  const native = (origin: StreamSpec): readonly StreamSpec[] => {
    begun = true;
    if (origin.type === 'response-metadata') named = true;
    if (origin.type === 'text-start' || origin.type === 'reasoning-start') {
      const type = origin.type === 'text-start' ? 'text' : 'reasoning';
      block = { type, id: origin.id, own: origin.id };
    }
    if (origin.type === 'text-end' || origin.type === 'reasoning-end') block = undefined;
    if (origin.type !== 'response-metadata') return [origin];
    const modelId = origin.modelId ?? telling.modelOf(stream.target);
    return [{ ...origin, ...(modelId === undefined ? {} : { modelId }) }];
  };

  return {
    part(part) {
      if (part.origin !== undefined) return native(part.origin as StreamSpec);
      const before = begin();
      const after = translated(part);
      return before.length === 0 ? after : [...before, ...after];
    },
    async end() {
      const result = await stream.result;
      const told = metadataOf(result);
      if (result.origin !== undefined) {
        const finish = result.origin as Extract<StreamSpec, { type: 'finish' }>;
        const modelId = named ? undefined : telling.modelOf(result.target);
        return [
          ...begin(),
          ...close(),
          ...(modelId === undefined ? [] : [{ type: 'response-metadata' as const, modelId }]),
          { ...finish, providerMetadata: { ...finish.providerMetadata, ...told } },
        ];
      }
      const { timestamp } = responseOf(result.response, result.raw, undefined);
      const refusal = refusalIn(result);
      return [
        ...begin(),
        ...(refusal === undefined ? [] : delta('text', { type: 'text-delta', text: refusal, id: 'refusal' })),
        ...close(),
        ...(timestamp === undefined ? [] : [{ type: 'response-metadata' as const, timestamp }]),
        {
          type: 'finish',
          finishReason: toFinish(result),
          usage: toUsage(result.usage, vendorUsage(result)),
          providerMetadata: { ...(result.providerMetadata as Record<string, never>), ...told },
        },
      ];
    },
    failed(error) {
      const usage = isRouterError(error, 'stream-interrupted') ? toUsage(error.usage) : unknownUsage;
      return [
        ...begin(),
        ...close(),
        { type: 'error', error: asCallError(error) },
        { type: 'finish', finishReason: broken, usage },
      ];
    },
  };
}
