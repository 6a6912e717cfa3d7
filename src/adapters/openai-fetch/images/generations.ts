import * as z from 'zod/mini';
import type { ImageRequest, ImageResult } from '../../../types/request/image.ts';
import type { ProviderOptions } from '../../../types/request/message.ts';
import { mergeOptions } from '../../../util/merge.ts';
import { invalid } from '../errors.ts';
import { answerHeaders } from '../shared/chat-handler.ts';
import type { Context } from '../shared/context.ts';
import { extension } from '../shared/extension.ts';
import { asJSON, given, unlessEmpty } from '../shared/fields.ts';
import { maybe, validate } from '../validate.ts';

/** The fields of both endpoints. */
export const imageBody = z.looseObject({
  model: z.string(),
  prompt: z.string(),
  n: maybe(z.int()),
  size: maybe(z.string()),
  response_format: maybe(z.enum(['b64_json', 'url'])),
  user: maybe(z.string()),
  stream: maybe(z.boolean()),
  signalbox: extension,
});

/** `POST /images/generations` (https://platform.openai.com/docs/api-reference/images/create). */
export async function imageGenerations(value: unknown, context: Context): Promise<Response> {
  return makeImages(validate(imageBody, value), {}, context);
}

/** Makes images from a prompt, and from other images if there are any. */
export async function makeImages(
  body: z.output<typeof imageBody>,
  files: Pick<ImageRequest, 'images' | 'mask'>,
  context: Context,
): Promise<Response> {
  const { model, prompt, n, size, response_format, user, stream, signalbox, ...rest } = body;
  if (stream === true) throw invalid('stream', 'expected false; images are never streamed');
  const { router, directory, requestId, signal } = context;
  const others = given(rest);
  const demands = Object.keys(others).map((field) => ({ field, providers: ['openai'] }));
  const own = unlessEmpty({ ...given({ user }), ...others });
  const providerOptions = mergeOptions(
    signalbox?.providerOptions as ProviderOptions | undefined,
    own === undefined ? undefined : { openai: own },
  );
  const { interrupted: _streamsOnly, ...options } = directory.options(model, signalbox, demands, context);
  const result = await router.image(
    {
      prompt,
      ...files,
      ...given({ n }),
      ...(size === undefined || size === null || size === 'auto' ? {} : { size: sizeOf(size) }),
      ...(providerOptions === undefined ? {} : { providerOptions }),
    },
    { ...options, ...(signal === undefined ? {} : { signal }) },
  );
  const answer = toImages(result, response_format ?? 'b64_json');
  return new Response(JSON.stringify(answer), { headers: answerHeaders(result, requestId) });
}

function sizeOf(size: string): `${number}x${number}` {
  if (/^\d+x\d+$/.test(size)) return size as `${number}x${number}`;
  throw invalid('size', 'expected width x height in pixels, such as 1024x1024, or auto');
}

function toImages(result: ImageResult, format: 'b64_json' | 'url'): object {
  const { images, usage, cost, target, warnings } = result;
  const { inputTokens, outputTokens } = usage;
  return {
    created: Math.floor(Date.now() / 1000),
    data: images.map(({ data, mediaType }) =>
      format === 'url' ? { url: `data:${mediaType};base64,${data}` } : { b64_json: data },
    ),
    ...(inputTokens === undefined || outputTokens === undefined
      ? {}
      : {
          usage: {
            input_tokens: inputTokens,
            output_tokens: outputTokens,
            total_tokens: inputTokens + outputTokens,
          },
        }),
    signalbox: {
      target,
      ...given({ cost: cost?.total }),
      ...(warnings.length === 0 ? {} : { warnings: asJSON(warnings) }),
    },
  };
}
