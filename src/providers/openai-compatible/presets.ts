import { presetFactory } from './provider.ts';

/** Groq. Key: `GROQ_API_KEY`. Source: https://console.groq.com/docs/openai */
export const groq = presetFactory({
  name: 'groq',
  baseURL: 'https://api.groq.com/openai/v1',
  keyVariables: ['GROQ_API_KEY'],
  quirks: { maxTokensField: 'max_completion_tokens', penalties: true },
});

/** Together AI. Key: `TOGETHER_API_KEY`. Source: https://docs.together.ai/docs/openai-api-compatibility */
export const together = presetFactory({
  name: 'together',
  baseURL: 'https://api.together.xyz/v1',
  keyVariables: ['TOGETHER_API_KEY'],
  quirks: { topK: true },
});

/** SambaNova Cloud. Key: `SAMBANOVA_API_KEY`. Source: https://docs.sambanova.ai/cloud/docs/capabilities/openai-compatibility */
export const sambanova = presetFactory({
  name: 'sambanova',
  baseURL: 'https://api.sambanova.ai/v1',
  keyVariables: ['SAMBANOVA_API_KEY'],
  quirks: { topK: true },
});

/** OpenRouter. Key: `OPENROUTER_API_KEY`. Source: https://openrouter.ai/docs/api-reference/overview */
export const openrouter = presetFactory({
  name: 'openrouter',
  baseURL: 'https://openrouter.ai/api/v1',
  keyVariables: ['OPENROUTER_API_KEY'],
  quirks: { topK: true, reasoning: 'reasoning' },
});

/** AI/ML API. Key: `AIML_API_KEY`. Source: https://docs.aimlapi.com/quickstart/setting-up */
export const aimlapi = presetFactory({
  name: 'aimlapi',
  baseURL: 'https://api.aimlapi.com/v1',
  keyVariables: ['AIML_API_KEY', 'AIMLAPI_API_KEY'],
  quirks: { topK: true },
});

/** Mistral. Key: `MISTRAL_API_KEY`. Source: https://docs.mistral.ai/api/ */
export const mistral = presetFactory({
  name: 'mistral',
  baseURL: 'https://api.mistral.ai/v1',
  keyVariables: ['MISTRAL_API_KEY'],
  quirks: {
    seed: 'random_seed',
    toolChoiceRequired: 'any',
    streamUsage: false,
    reasoning: false,
    toolCallIdLength: 9,
  },
});

/**
 * DeepSeek. Key: `DEEPSEEK_API_KEY`. It takes JSON mode but no schema, so the schema goes into an instruction.
 * Source: https://api-docs.deepseek.com/
 */
export const deepseek = presetFactory({
  name: 'deepseek',
  baseURL: 'https://api.deepseek.com',
  keyVariables: ['DEEPSEEK_API_KEY'],
  quirks: { jsonSchema: 'json_object', reasoning: false },
});

/** xAI. Key: `XAI_API_KEY`. Source: https://docs.x.ai/docs/api-reference */
export const xai = presetFactory({
  name: 'xai',
  baseURL: 'https://api.x.ai/v1',
  keyVariables: ['XAI_API_KEY'],
  quirks: { maxTokensField: 'max_completion_tokens' },
});

/** A vLLM server, by default on this machine. No key. Source: https://docs.vllm.ai/en/latest/serving/openai_compatible_server.html */
export const vllm = presetFactory({
  name: 'vllm',
  baseURL: 'http://localhost:8000/v1',
  keyVariables: [],
  quirks: { topK: true },
});

/** An Ollama server, by default on this machine. No key. Source: https://docs.ollama.com/openai */
export const ollama = presetFactory({
  name: 'ollama',
  baseURL: 'http://localhost:11434/v1',
  keyVariables: [],
});
