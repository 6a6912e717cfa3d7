import { presetFactory } from '../provider.ts';

/** Servers of your own, by default on this machine and without a key; `apiKey` and `baseURL` say otherwise. */

/** llama.cpp's server. Source: https://github.com/ggml-org/llama.cpp/blob/master/tools/server/README.md. Not verified: `reasoning_effort`. */
export const llamacpp = presetFactory({
  name: 'llamacpp',
  baseURL: 'http://localhost:8080/v1',
  keyVariables: [],
  quirks: { topK: true },
});

/** LM Studio: it has no field for reasoning. Source: https://lmstudio.ai/docs/developer/openai-compat/chat-completions */
export const lmstudio = presetFactory({
  name: 'lmstudio',
  baseURL: 'http://localhost:1234/v1',
  keyVariables: [],
  quirks: { topK: true, reasoning: false },
});

/**
 * Ollama: images only as data, and tools cannot be demanded. Source: https://docs.ollama.com/api/openai-compatibility. Not
 * verified: whether the newest versions can; `capabilities: { images: true }` of a target says so.
 */
export const ollama = presetFactory({
  name: 'ollama',
  baseURL: 'http://localhost:11434/v1',
  keyVariables: [],
  quirks: { toolChoiceRequired: false, imagesByURL: false },
});

/** SGLang. Source: https://docs.sglang.ai/basic_usage/openai_api_completions.html. Not verified: `reasoning_effort`. */
export const sglang = presetFactory({
  name: 'sglang',
  baseURL: 'http://localhost:30000/v1',
  keyVariables: [],
  quirks: { topK: true },
});

/** vLLM. Source: https://docs.vllm.ai/en/latest/serving/openai_compatible_server.html */
export const vllm = presetFactory({
  name: 'vllm',
  baseURL: 'http://localhost:8000/v1',
  keyVariables: [],
  quirks: { topK: true },
});
