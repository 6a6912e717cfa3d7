import { presetFactory } from '../provider.ts';

/**
 * Servers of your own, by default on this machine and without a key; `apiKey` and `baseURL` say otherwise. They make a grammar of a
 * JSON Schema and take whatever it says.
 */

/**
 * llama.cpp's server. Its port is 8080 by tradition, and another one in the newest releases: give `baseURL` there.
 * Source: https://github.com/ggml-org/llama.cpp/blob/master/tools/server/README.md
 */
export const llamacpp = presetFactory({
  name: 'llamacpp',
  baseURL: 'http://localhost:8080/v1',
  keyVariables: [],
  quirks: { schema: false, topK: true, reasoningInHistory: 'reasoning_content' },
});

/** LM Studio: it has no field for reasoning, and takes images only as data. Source: https://lmstudio.ai/docs/developer/openai-compat/chat-completions */
export const lmstudio = presetFactory({
  name: 'lmstudio',
  baseURL: 'http://localhost:1234/v1',
  keyVariables: [],
  quirks: { schema: false, topK: true, reasoning: false, imagesByURL: false },
});

/** Ollama: images only as data, and tools cannot be demanded. Source: https://docs.ollama.com/api/openai-compatibility */
export const ollama = presetFactory({
  name: 'ollama',
  baseURL: 'http://localhost:11434/v1',
  keyVariables: [],
  quirks: { schema: false, toolChoiceRequired: false, imagesByURL: false },
});

/** SGLang. Source: https://github.com/sgl-project/sglang/blob/main/python/sglang/srt/entrypoints/openai/protocol.py */
export const sglang = presetFactory({
  name: 'sglang',
  baseURL: 'http://localhost:30000/v1',
  keyVariables: [],
  quirks: { schema: false, maxTokensField: 'max_completion_tokens', topK: true },
});

/** vLLM. Source: https://github.com/vllm-project/vllm/blob/main/vllm/entrypoints/openai/chat_completion/protocol.py */
export const vllm = presetFactory({
  name: 'vllm',
  baseURL: 'http://localhost:8000/v1',
  keyVariables: [],
  quirks: {
    schema: false,
    maxTokensField: 'max_completion_tokens',
    topK: true,
    prefill: 'continue_final_message',
  },
});
