import { presetFactory } from '../provider.ts';

/**
 * Self-hosted servers, by default on this machine and without a key; set `apiKey` and `baseURL` for others. They compile a JSON
 * Schema to a grammar and accept all its keywords.
 */

/**
 * llama.cpp's server. Its default port is 8080, but differs in the newest releases: set `baseURL` for those. Source:
 * https://github.com/ggml-org/llama.cpp/blob/master/tools/server/README.md
 */
export const llamacpp = presetFactory({
  name: 'llamacpp',
  baseURL: 'http://localhost:8080/v1',
  keyVariables: [],
  quirks: { schema: false, topK: true, reasoningInHistory: 'reasoning_content' },
});

/**
 * LM Studio: it has no field for reasoning, and accepts images only as data. Source:
 * https://lmstudio.ai/docs/developer/openai-compat/chat-completions
 */
export const lmstudio = presetFactory({
  name: 'lmstudio',
  baseURL: 'http://localhost:1234/v1',
  keyVariables: [],
  quirks: { schema: false, topK: true, reasoning: false, imagesByURL: false },
});

/** Ollama: images only as data, and tool calls cannot be forced. Source: https://docs.ollama.com/api/openai-compatibility */
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
