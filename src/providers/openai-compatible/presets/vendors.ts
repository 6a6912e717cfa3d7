import { presetFactory } from '../provider.ts';

/**
 * Vendors of models. Each is a table row: what its documentation says, with the page; what could not be seen there or in
 * another client's source is named as not verified.
 */

/** AI/ML API. Source: https://docs.aimlapi.com/quickstart/supported-sdks (address); key by https://docs.litellm.ai/docs/providers/aiml. Not verified: limits on embeddings. */
export const aimlapi = presetFactory({
  name: 'aimlapi',
  baseURL: 'https://api.aimlapi.com/v1',
  keyVariables: ['AIML_API_KEY', 'AIMLAPI_API_KEY'],
});

/** Baseten's Model APIs. Source: https://docs.baseten.co/reference/inference-api/chat-completions. Not verified: `top_k`. */
export const baseten = presetFactory({
  name: 'baseten',
  baseURL: 'https://inference.baseten.co/v1',
  keyVariables: ['BASETEN_API_KEY'],
  embeddings: false,
});

/** Cerebras: it refuses penalties. Source: https://inference-docs.cerebras.ai/resources/openai */
export const cerebras = presetFactory({
  name: 'cerebras',
  baseURL: 'https://api.cerebras.ai/v1',
  keyVariables: ['CEREBRAS_API_KEY'],
  embeddings: false,
  quirks: { maxTokensField: 'max_completion_tokens', penalties: false },
});

/** DeepInfra. Source: https://docs.deepinfra.com/api-reference/chat-completions/openai-chat-completions. Not verified: limits on embeddings. */
export const deepinfra = presetFactory({
  name: 'deepinfra',
  baseURL: 'https://api.deepinfra.com/v1/openai',
  keyVariables: ['DEEPINFRA_API_KEY'],
  quirks: { topK: true },
});

/**
 * DeepSeek: JSON mode without a schema, no seed, and thinking that goes back with the conversation.
 * Source: https://api-docs.deepseek.com/guides/thinking_mode, https://api-docs.deepseek.com/guides/json_mode
 */
export const deepseek = presetFactory({
  name: 'deepseek',
  baseURL: 'https://api.deepseek.com',
  keyVariables: ['DEEPSEEK_API_KEY'],
  embeddings: false,
  quirks: {
    jsonSchema: 'json_object',
    seed: false,
    reasoning: 'thinking+reasoning_effort',
    reasoningInHistory: 'reasoning_content',
  },
});

/** Fireworks AI. Source: https://docs.fireworks.ai/tools-sdks/openai-compatibility, https://docs.fireworks.ai/guides/reasoning. Not verified: limits on embeddings. */
export const fireworks = presetFactory({
  name: 'fireworks',
  baseURL: 'https://api.fireworks.ai/inference/v1',
  keyVariables: ['FIREWORKS_API_KEY'],
  quirks: { topK: true, reasoningInHistory: 'reasoning_content' },
});

/** Groq. Source: https://console.groq.com/docs/openai, https://console.groq.com/docs/reasoning */
export const groq = presetFactory({
  name: 'groq',
  baseURL: 'https://api.groq.com/openai/v1',
  keyVariables: ['GROQ_API_KEY'],
  embeddings: false,
  quirks: { maxTokensField: 'max_completion_tokens', reasoningInHistory: 'reasoning' },
});

/**
 * Mistral: other words for seed and for demanding a tool, and ids of tool calls of nine letters or digits.
 * Source: https://docs.mistral.ai/api/, https://docs.mistral.ai/capabilities/function_calling
 */
export const mistral = presetFactory({
  name: 'mistral',
  baseURL: 'https://api.mistral.ai/v1',
  keyVariables: ['MISTRAL_API_KEY'],
  embeddings: 32,
  quirks: {
    seed: 'random_seed',
    toolChoiceRequired: 'any',
    streamUsage: false,
    reasoning: false,
    toolCallIdLength: 9,
  },
});

/**
 * Moonshot (Kimi): thinking is switched on or off, and goes back with the conversation; images only as data; no seed.
 * For accounts in China give `baseURL: 'https://api.moonshot.cn/v1'`. Source: https://platform.moonshot.ai/docs/api/chat
 */
export const moonshot = presetFactory({
  name: 'moonshot',
  baseURL: 'https://api.moonshot.ai/v1',
  keyVariables: ['MOONSHOT_API_KEY'],
  embeddings: false,
  quirks: { seed: false, reasoning: 'thinking', reasoningInHistory: 'reasoning_content', imagesByURL: false },
});

/** NVIDIA NIM, hosted. Fields differ from model to model. Source: https://docs.api.nvidia.com/nim/reference/llm-apis. Not verified: limits on embeddings. */
export const nvidia = presetFactory({
  name: 'nvidia',
  baseURL: 'https://integrate.api.nvidia.com/v1',
  keyVariables: ['NVIDIA_API_KEY'],
});

/** Perplexity: searches by itself and lists what it found; takes no tools, and instructions only at the beginning. Source: https://docs.perplexity.ai/api-reference/sonar-post. Not verified: `stop`. */
export const perplexity = presetFactory({
  name: 'perplexity',
  baseURL: 'https://api.perplexity.ai',
  keyVariables: ['PERPLEXITY_API_KEY'],
  embeddings: false,
  quirks: { topK: true, seed: false, tools: false, systemFirst: true },
});

/**
 * Qwen on Alibaba Cloud Model Studio (DashScope), outside China; inside give
 * `baseURL: 'https://dashscope.aliyuncs.com/compatible-mode/v1'`. Ten embeddings at a time, no `frequency_penalty`.
 * Source: https://www.alibabacloud.com/help/en/model-studio/compatibility-of-openai-with-dashscope
 */
export const qwen = presetFactory({
  name: 'qwen',
  baseURL: 'https://dashscope-intl.aliyuncs.com/compatible-mode/v1',
  keyVariables: ['DASHSCOPE_API_KEY'],
  embeddings: 10,
  quirks: { topK: true, penalties: 'presence', reasoning: 'enable_thinking' },
});

/** SambaNova Cloud. Source: https://docs.sambanova.ai/docs/en/features/openai-compatibility. Not verified: penalties, limits on embeddings. */
export const sambanova = presetFactory({
  name: 'sambanova',
  baseURL: 'https://api.sambanova.ai/v1',
  keyVariables: ['SAMBANOVA_API_KEY'],
  quirks: { topK: true },
});

/** Together AI. Source: https://docs.together.ai/docs/openai-api-compatibility, https://docs.together.ai/reference/chat-completions. Not verified: limits on embeddings. */
export const together = presetFactory({
  name: 'together',
  baseURL: 'https://api.together.xyz/v1',
  keyVariables: ['TOGETHER_API_KEY'],
  quirks: { topK: true },
});

/** xAI: its models think, and those refuse penalties and `stop`. Source: https://docs.x.ai/docs/guides/reasoning, https://docs.x.ai/docs/api-reference */
export const xai = presetFactory({
  name: 'xai',
  baseURL: 'https://api.x.ai/v1',
  keyVariables: ['XAI_API_KEY'],
  embeddings: false,
  quirks: { maxTokensField: 'max_completion_tokens', penalties: false, stop: false },
});
