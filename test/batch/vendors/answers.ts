import type { Asked, Behavior, Fate } from './vendor.ts';

/** Answers in OpenAI's forms, by the endpoint. */
export function answer(asked: Asked, endpoint: string, { text }: Behavior): unknown {
  const usage = { prompt_tokens: 100, completion_tokens: 10, total_tokens: 110 };
  if (endpoint.endsWith('/embeddings')) {
    const { input, model } = asked.body;
    const values = Array.isArray(input) ? input : [input];
    const data = values.map((value, index) => ({
      object: 'embedding',
      index,
      embedding: [String(value).length, 1],
    }));
    return { object: 'list', model, data, usage: { prompt_tokens: 100, total_tokens: 100 } };
  }
  if (endpoint.endsWith('/images/generations')) {
    const data = Array.from({ length: Number(asked.body['n'] ?? 1) }, () => ({ b64_json: picture }));
    return { created: 1, data, usage: { input_tokens: 100, output_tokens: 10, total_tokens: 110 } };
  }
  if (endpoint.endsWith('/responses')) {
    const content = [{ type: 'output_text', text: text(asked), annotations: [] }];
    return {
      id: 'resp_1',
      object: 'response',
      status: 'completed',
      model: asked.body['model'],
      output: [{ id: 'msg_1', type: 'message', role: 'assistant', status: 'completed', content }],
      usage: { input_tokens: 100, output_tokens: 10, total_tokens: 110 },
    };
  }
  return {
    id: 'chatcmpl-1',
    object: 'chat.completion',
    created: 1,
    model: asked.body['model'],
    service_tier: asked.body['service_tier'] ?? 'default',
    choices: [{ index: 0, message: { role: 'assistant', content: text(asked) }, finish_reason: 'stop' }],
    usage,
  };
}

/** A picture of one pixel. */
export const picture =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';

export const refusal = {
  error: { message: 'not supported here', type: 'invalid_request_error', param: null, code: 'bad_model' },
};

/** A line of results in OpenAI's form; `undefined` where there is none. */
export function lineOf(asked: Asked, fate: Fate, endpoint: string, behavior: Behavior): string | undefined {
  const { customId: custom_id } = asked;
  const line = (status_code: number, body: unknown): string =>
    JSON.stringify({ id: 'req_1', custom_id, response: { status_code, request_id: 'r', body }, error: null });
  if (fate === 'answered') return line(200, answer(asked, endpoint, behavior));
  if (fate === 'refused') return line(400, refusal);
  if (fate !== 'expired') return undefined;
  const error = {
    code: 'batch_expired',
    message: 'This request could not be executed before the completion window expired.',
  };
  return JSON.stringify({ id: 'req_1', custom_id, response: null, error });
}
