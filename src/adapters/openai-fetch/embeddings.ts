import * as z from 'zod/mini';
import type { EmbedRequest, EmbedResult } from '../../types/request/embed.ts';
import type { ProviderOptions } from '../../types/request/message.ts';
import { toBase64 } from '../../util/data-content.ts';
import { mergeOptions } from '../../util/merge.ts';
import { invalid } from './errors.ts';
import { cacheOptions } from './shared/cache-control.ts';
import { answerHeaders } from './shared/chat-handler.ts';
import type { Context } from './shared/context.ts';
import { type Extension, extension } from './shared/extension.ts';
import { asJSON, given, unlessEmpty } from './shared/fields.ts';
import type { Demand } from './shared/protocol.ts';
import { maybe, validate } from './validate.ts';

const numbers = z.array(z.number());

const body = z.looseObject({
  model: z.string(),
  input: z.union([z.string(), z.array(z.string()), numbers, z.array(numbers)]),
  dimensions: maybe(z.int()),
  encoding_format: maybe(z.enum(['float', 'base64'])),
  user: maybe(z.string()),
  signalbox: extension,
});

/** A request for embeddings, as the router's. */
interface EmbedPlan {
  readonly model: string;
  readonly request: EmbedRequest;
  readonly extension: Extension;
  readonly demands: readonly Demand[];
  readonly format: 'float' | 'base64';
}

/** Reads a request (https://platform.openai.com/docs/api-reference/embeddings/create). */
export function readEmbeddings(value: unknown): EmbedPlan {
  const { model, input, dimensions, encoding_format, user, signalbox, ...rest } = validate(body, value);
  const values = typeof input === 'string' ? [input] : input;
  if (!values.every((text) => typeof text === 'string')) {
    throw invalid('input', 'expected a string or a list of strings; token ids fit only one model');
  }
  const others = given(rest);
  const own = unlessEmpty({ ...given({ user }), ...others });
  const providerOptions = mergeOptions(
    signalbox?.providerOptions as ProviderOptions | undefined,
    own === undefined ? undefined : { openai: own },
  );
  return {
    model,
    request: {
      values,
      ...given({ dimensions }),
      ...(providerOptions === undefined ? {} : { providerOptions }),
    },
    extension: signalbox,
    demands: Object.keys(others).map((field) => ({ field, providers: ['openai'] })),
    format: encoding_format ?? 'float',
  };
}

/** `POST /embeddings`. */
export async function embeddings(value: unknown, context: Context): Promise<Response> {
  const { model, request, extension: own, demands, format } = readEmbeddings(value);
  const { router, directory, requestId, signal } = context;
  const { interrupted: _streamsOnly, ...options } = directory.options(model, own, demands, context);
  const result = await router.embed(request, {
    ...options,
    ...cacheOptions(context.headers, router),
    ...(signal === undefined ? {} : { signal }),
  });
  const answer = toList(result, directory.modelOf(result.target), format);
  return new Response(JSON.stringify(answer), { headers: answerHeaders(result, requestId) });
}

/** The answer (https://platform.openai.com/docs/api-reference/embeddings/object). */
export function toList(result: EmbedResult, model: string, format: 'float' | 'base64'): object {
  const { embeddings: vectors, usage, cost, target, response, warnings } = result;
  const tokens = usage.inputTokens ?? 0;
  return {
    object: 'list',
    data: vectors.map((vector, index) => ({
      object: 'embedding',
      index,
      embedding: format === 'float' ? vector : toFloats(vector),
    })),
    model: response.model ?? model,
    usage: { prompt_tokens: tokens, total_tokens: tokens },
    signalbox: {
      target,
      ...given({ cost: cost?.total }),
      ...(warnings.length === 0 ? {} : { warnings: asJSON(warnings) }),
    },
  };
}

/** Encodes 32-bit floats in little-endian order on any machine. */
function toFloats(vector: readonly number[]): string {
  const view = new DataView(new ArrayBuffer(vector.length * 4));
  for (const [index, value] of vector.entries()) view.setFloat32(index * 4, value, true);
  return toBase64(new Uint8Array(view.buffer));
}
