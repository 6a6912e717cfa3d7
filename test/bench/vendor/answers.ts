// The answers of three vendors that are not streamed.
import { answer, models } from '../workload.ts';
import type { Dialect } from './events.ts';

const openai = {
  id: 'chatcmpl-CdW8aYJ9oQ2v1RkM3uHs7TfXbLz0E',
  object: 'chat.completion',
  created: 1763720000,
  model: models.openai,
  choices: [
    {
      index: 0,
      message: { role: 'assistant', content: answer, refusal: null, annotations: [] },
      logprobs: null,
      finish_reason: 'stop',
    },
  ],
  usage: {
    prompt_tokens: 24,
    completion_tokens: 20,
    total_tokens: 44,
    prompt_tokens_details: { cached_tokens: 0, audio_tokens: 0 },
    completion_tokens_details: { reasoning_tokens: 0, audio_tokens: 0 },
  },
  service_tier: 'default',
  system_fingerprint: 'fp_a7c4d2e1b9',
};

const anthropic = {
  id: 'msg_01XFDUDYJgAACzvnptvVoYEL',
  type: 'message',
  role: 'assistant',
  model: models.anthropic,
  content: [{ type: 'text', text: answer }],
  stop_reason: 'end_turn',
  stop_sequence: null,
  usage: {
    input_tokens: 24,
    cache_creation_input_tokens: 0,
    cache_read_input_tokens: 0,
    output_tokens: 20,
    service_tier: 'standard',
  },
};

const google = {
  candidates: [{ content: { parts: [{ text: answer }], role: 'model' }, finishReason: 'STOP', index: 0 }],
  usageMetadata: { promptTokenCount: 24, candidatesTokenCount: 20, totalTokenCount: 44 },
  modelVersion: models.google,
  responseId: 'kT4gaYmXJ9a2vdIP',
};

/** The answer to a chat, as each vendor would send it. */
export const answers: Readonly<Record<Dialect, Buffer>> = {
  openai: Buffer.from(JSON.stringify(openai)),
  anthropic: Buffer.from(JSON.stringify(anthropic)),
  google: Buffer.from(JSON.stringify(google)),
};
