import type { BatchResult } from '../../../types/batch/job.ts';
import type { EmbedResult } from '../../../types/request/embed.ts';
import type { ChatResult } from '../../../types/result/result.ts';
import { notRun } from '../../shared/batches/not-run.ts';
import { toCompletion } from '../chat-completions/response.ts';
import { toList } from '../embeddings.ts';
import { type Failure, failureOf } from '../errors.ts';
import { toResponse } from '../responses/response.ts';
import type { Body } from '../responses/schema.ts';
import { errorBody } from '../shared/error-format.ts';
import type { Directory } from '../targets.ts';
import type { LineData } from './line.ts';

/** A line of OpenAI's output and error files (https://developers.openai.com/api/docs/guides/batch). */
export interface OutputLine {
  readonly id: string;
  readonly custom_id: string;
  /** `null` for a request that was not run. */
  readonly response: {
    readonly status_code: number;
    readonly request_id: string;
    readonly body: object;
  } | null;
  /** Why a request was not run. */
  readonly error: { readonly code: string; readonly message: string } | null;
}

/**
 * Converts a result to a line.
 *
 * @param batch the id of the batch, from which those of its requests are made
 * @param remote whether the reader is another process, see `failureOf`
 */
export function toOutputLine(
  { id: custom_id, index, result, error, data }: BatchResult,
  batch: string,
  directory: Directory,
  remote: boolean,
): OutputLine {
  const name = `${batch.replace(/^batch_/, '')}_${index}`;
  const of = { id: `batch_req_${name}`, custom_id };
  const request_id = `req_${name}`;
  if (result !== undefined) {
    const body = bodyOf(
      result as ChatResult | EmbedResult,
      data as LineData | undefined,
      request_id,
      directory,
    );
    return { ...of, response: { status_code: 200, request_id, body }, error: null };
  }
  const reason = notRun(error);
  if (reason !== undefined) return { ...of, response: null, error: errors[reason] };
  const failure = failureIn(error, remote);
  const body = errorBody(failure, 'openai', request_id);
  return { ...of, response: { status_code: failure.status, request_id, body }, error: null };
}

function bodyOf(
  result: ChatResult | EmbedResult,
  { url, echo = {}, format = 'float' }: Partial<LineData> = {},
  requestId: string,
  directory: Directory,
): object {
  const model = result.response.model ?? directory.modelOf(result.target);
  if ('embeddings' in result) return toList(result, model, format);
  const created = Math.floor(Date.now() / 1000);
  const info = { requestId, model, responseId: result.response.id, created };
  return url === '/v1/responses' ? toResponse(echo as Body, result, info) : toCompletion(result, info);
}

/** OpenAI's errors of requests that were not run. */
const errors = {
  expired: {
    code: 'batch_expired',
    message: 'This request could not be executed before the completion window expired.',
  },
  cancelled: {
    code: 'batch_cancelled',
    message: 'This request was not executed, because the batch was cancelled.',
  },
} as const;

/** After a restart, an error has only its code and message. */
function failureIn(error: unknown, remote: boolean): Failure {
  try {
    return failureOf(error, remote);
  } catch {
    const message = error instanceof Error ? error.message : 'internal error';
    return { status: 502, code: 'upstream_error', message };
  }
}
