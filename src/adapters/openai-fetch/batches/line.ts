import * as z from 'zod/mini';
import type { BatchCallOptions, BatchRequest } from '../../../types/batch/job.ts';
import type { JSONObject } from '../../../types/request/json.ts';
import { chatCompletions } from '../chat-completions/request.ts';
import { readEmbeddings } from '../embeddings.ts';
import { HttpError, invalid } from '../errors.ts';
import { responses } from '../responses/request.ts';
import { withWishes } from '../shared/chat-handler.ts';
import type { Plan } from '../shared/protocol.ts';
import type { Directory, RequestOf } from '../targets.ts';
import { validate } from '../validate.ts';

/** Endpoints whose requests can be in a batch. */
export const endpoints = ['/v1/chat/completions', '/v1/responses', '/v1/embeddings'] as const;

export type Endpoint = (typeof endpoints)[number];

const line = z.looseObject({
  custom_id: z.string().check(z.minLength(1)),
  method: z.optional(z.literal('POST')),
  url: z.enum(endpoints),
  body: z.record(z.string(), z.unknown()),
});

/** Fields of the request that an answer repeats, beside those that the router keeps. */
export interface LineData {
  readonly url: Endpoint;
  /** Fields of the request that a response repeats. */
  readonly echo?: JSONObject;
  readonly format?: 'float' | 'base64';
}

/** One line of a batch file, as a request of the router. */
export type LineRequest = BatchRequest & { readonly id: string };

/** All of a response's fields that repeat the request. */
const repeated = [
  'instructions',
  'max_output_tokens',
  'metadata',
  'parallel_tool_calls',
  'previous_response_id',
  'reasoning',
  'temperature',
  'text',
  'tool_choice',
  'tools',
  'top_p',
  'truncation',
  'user',
];

/**
 * Reads a line of OpenAI's batch files (https://developers.openai.com/api/docs/guides/batch).
 *
 * @param directory what its `model` can mean
 * @param over a route for all requests, in place of the `model` of each
 * @throws HttpError naming the wrong field
 */
export function readLine(
  value: unknown,
  directory: Directory,
  of: Omit<RequestOf, 'requestId'>,
  over?: string,
): LineRequest {
  const { custom_id: id, url, body } = validate(line, value);
  const { signalbox: _, ...own } = body;
  const asked = inBody(() => (url === '/v1/embeddings' ? readEmbeddings(body) : planOf(url, body)));
  const requestId = `req_${crypto.randomUUID().replaceAll('-', '')}`;
  const options = inBody(() =>
    directory.options(over ?? asked.model, asked.extension, asked.demands, {
      ...of,
      requestId,
      isBatch: true,
    }),
  );
  const { deadline: __, window: ___, accept: ____, auth: _____, ...kept } = options;
  const data: LineData =
    'format' in asked
      ? { url, format: asked.format }
      : { url, ...(url === '/v1/responses' ? { echo: echoOf(own) } : {}) };
  const request = 'format' in asked ? asked.request : withWishes(asked);
  return { ...request, id, options: kept as BatchCallOptions, data: { ...data } };
}

function planOf(url: Endpoint, body: unknown): Plan {
  const plan = url === '/v1/responses' ? responses(body) : chatCompletions(body);
  if (plan.stream) throw invalid('stream', 'expected false; answers of a batch are never streamed');
  return plan;
}

function echoOf(body: Readonly<Record<string, unknown>>): JSONObject {
  return Object.fromEntries(Object.entries(body).filter(([name]) => repeated.includes(name))) as JSONObject;
}

/** Names fields of the body as fields of the line. */
function inBody<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof HttpError) || error.param === undefined) throw error;
    const { status, code, message } = error;
    const param = error.param === 'body' ? 'body' : `body.${error.param}`;
    const named = message.startsWith(`${error.param}: `) ? message.slice(error.param.length + 2) : message;
    throw new HttpError({ status, code, message: `${param}: ${named}`, param });
  }
}
