import { describeRows } from './describe-rows.ts';
import { breaks, misconfigured, type Row, refused, waits } from './rows.ts';
import type { VendorName } from './vendors.ts';

/** Where an error stands in what a server sends: each shape is read, wherever it comes. */
const shape = (
  name: string,
  vendors: readonly VendorName[],
  more: Pick<Row, 'status' | 'body' | 'expected' | 'inStream'>,
): Row => ({
  name,
  vendors,
  ...more,
});

const overloaded = { kind: 'overloaded', scope: 'deployment', follows: breaks } as const;
const limited = { kind: 'rate-limit', scope: 'deployment', limit: 'requests', follows: waits } as const;

describeRows('the shape of an error', [
  shape('Cloudflare lists its errors', ['workers', 'cloudflare'], {
    status: 404,
    body: {
      result: null,
      success: false,
      errors: [{ code: 7003, message: 'No such model @cf/none or task' }],
      messages: [],
    },
    inStream: true,
    expected: { kind: 'not-found', scope: 'deployment', follows: misconfigured },
  }),
  shape('Cloudflare lists its errors, in an answer that is a success', ['workers', 'cloudflare'], {
    status: 200,
    body: {
      success: false,
      errors: [{ code: 3040, message: 'Capacity temporarily exceeded, please try again.' }],
    },
    inStream: true,
    expected: { ...overloaded, status: 429 },
  }),
  shape('Google puts an error into a list', ['gemini', 'legacy', 'openai'], {
    status: 503,
    body: [{ error: { code: 503, message: 'The model is overloaded.', status: 'UNAVAILABLE' } }],
    inStream: true,
    expected: { ...overloaded, code: 'UNAVAILABLE' },
  }),
  shape('a gateway puts an error into a list', ['anthropic', 'responses'], {
    status: 503,
    body: [{ error: { code: 503, message: 'The model is overloaded.', status: 'UNAVAILABLE' } }],
    expected: { ...overloaded, code: 'UNAVAILABLE' },
  }),
  shape('a list, in an answer that is a success', ['openai', 'vllm', 'openrouter'], {
    status: 200,
    body: [{ error: { code: 503, message: 'The model is overloaded.', status: 'UNAVAILABLE' } }],
    inStream: true,
    expected: { ...overloaded, code: 'UNAVAILABLE', status: 503 },
  }),
  shape('a gateway passes an error on as text', ['ollama', 'litellm', 'anthropic'], {
    status: 429,
    body: {
      error: JSON.stringify({
        error: { message: 'Too many requests per minute', type: 'requests', code: 429 },
      }),
    },
    expected: { ...limited, code: 'requests' },
  }),
  shape('Text Generation Inference lists texts', ['together', 'vllm'], {
    status: 400,
    body: { error: ['Error in `parameters.max_new_tokens`: must be strictly positive'] },
    expected: { kind: 'bad-request', scope: 'request', follows: refused },
  }),
  shape('Mistral has the details under its message', ['mistral'], {
    status: 422,
    body: {
      object: 'error',
      message: {
        detail: [{ type: 'extra_forbidden', loc: ['body', 'foo'], msg: 'Extra inputs are not permitted' }],
      },
      type: 'invalid_request_error',
      param: null,
      code: null,
    },
    expected: { kind: 'bad-request', scope: 'request', code: 'invalid_request_error', follows: refused },
  }),
  shape('a detail that is an object', ['vllm', 'sglang'], {
    status: 429,
    body: { detail: { message: 'Too many concurrent requests' } },
    expected: { ...limited, limit: 'concurrency' },
  }),
]);
