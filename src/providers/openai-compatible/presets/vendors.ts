import { cerebrasRules, fireworksRules, groqRules, xaiRules } from '../../chat-completions/schema-rules.ts';
import { presetFactory } from '../provider.ts';
import { groqBatches, moonshotBatches, togetherBatches } from './batches.ts';
import {
  groqRestrictions,
  moonshotRestrictions,
  perplexityRestrictions,
  qwenRestrictions,
  togetherRestrictions,
  xaiRestrictions,
} from './restrictions.ts';

/**
 * Vendors of models. Each is a row of facts from its documentation, with the page. Facts found neither there nor in another
 * client's source are marked as not verified.
 */

/**
 * AI/ML API: the accepted fields differ from model to model. Source:
 * https://github.com/aimlapi/api-docs/blob/main/docs/api-references/text-models-llm/OpenAI/gpt-4o.json,
 * https://docs.aimlapi.com/quickstart/supported-sdks. Not verified: limits on embeddings.
 */
export const aimlapi = presetFactory({
  name: 'aimlapi',
  baseURL: 'https://api.aimlapi.com/v1',
  keyVariables: ['AIML_API_KEY', 'AIMLAPI_API_KEY'],
});

/** Baseten's Model APIs. Source: https://docs.baseten.co/reference/inference-api/chat-completions */
export const baseten = presetFactory({
  name: 'baseten',
  baseURL: 'https://inference.baseten.co/v1',
  keyVariables: ['BASETEN_API_KEY'],
  embeddings: false,
  quirks: { topK: true },
});

/**
 * Cerebras: it refuses penalties and unknown fields; images only as data. Source:
 * https://inference-docs.cerebras.ai/resources/openai,
 * https://github.com/Cerebras/cerebras-cloud-sdk-python/blob/main/src/cerebras/cloud/sdk/types/chat/completion_create_params.py
 * (which lists penalties after all).
 */
export const cerebras = presetFactory({
  name: 'cerebras',
  baseURL: 'https://api.cerebras.ai/v1',
  keyVariables: ['CEREBRAS_API_KEY'],
  embeddings: false,
  quirks: {
    schema: cerebrasRules,
    maxTokensField: 'max_completion_tokens',
    penalties: false,
    reasoningInHistory: 'reasoning',
    imagesByURL: false,
  },
});

/**
 * DeepInfra. Source: https://docs.deepinfra.com/api-reference/chat-completions/openai-chat-completions,
 * https://deepinfra.com/run-diffusion/Juggernaut-Lightning-Flux/api. Not verified: the number of images per call.
 */
export const deepinfra = presetFactory({
  name: 'deepinfra',
  baseURL: 'https://api.deepinfra.com/v1/openai',
  keyVariables: ['DEEPINFRA_TOKEN', 'DEEPINFRA_API_KEY'],
  embeddings: 1024,
  images: { most: 1 },
  quirks: { topK: true, reasoningInHistory: 'reasoning_content' },
});

/**
 * DeepSeek: JSON mode without a schema, no seed, tool calls cannot be forced while it reasons (its default), and reasoning must
 * be returned with tool calls. Source: https://api-docs.deepseek.com/guides/thinking_mode,
 * https://api-docs.deepseek.com/guides/json_mode
 */
export const deepseek = presetFactory({
  name: 'deepseek',
  baseURL: 'https://api.deepseek.com',
  keyVariables: ['DEEPSEEK_API_KEY'],
  embeddings: false,
  quirks: {
    jsonSchema: 'json_object',
    seed: false,
    toolChoiceRequired: false,
    reasoning: 'thinking+reasoning_effort',
    reasoningInHistory: 'reasoning_content',
    reasoningWithCalls: true,
  },
});

/**
 * Fireworks AI: it reports usage in streams by default. Source: https://docs.fireworks.ai/guides/reasoning,
 * https://github.com/fw-ai-external/python-sdk/blob/main/src/fireworks/types/chat/completion_create_params.py. Not verified:
 * limits on embeddings.
 */
export const fireworks = presetFactory({
  name: 'fireworks',
  baseURL: 'https://api.fireworks.ai/inference/v1',
  keyVariables: ['FIREWORKS_API_KEY'],
  // https://docs.fireworks.ai/guides/batch-inference
  batches: 'fireworks',
  quirks: { schema: fireworksRules, topK: true, streamUsage: false, reasoningInHistory: 'reasoning_content' },
});

/**
 * Groq: no penalties; reasoning of earlier turns is not sent, because models that do not reason refuse it. Source:
 * https://console.groq.com/docs/openai, https://console.groq.com/docs/reasoning
 */
export const groq = presetFactory({
  name: 'groq',
  baseURL: 'https://api.groq.com/openai/v1',
  keyVariables: ['GROQ_API_KEY'],
  batches: groqBatches,
  // https://console.groq.com/docs/flex-processing: higher limits at the same price; 498 when it has no room
  tiers: ['flex'],
  embeddings: false,
  quirks: {
    schema: groqRules,
    restrictions: groqRestrictions,
    maxTokensField: 'max_completion_tokens',
    penalties: false,
  },
});

/**
 * Mistral: other names for the seed and for forcing a tool call, tool call ids of nine letters or digits, and no user message
 * directly after a tool message; it refuses unknown fields. Source: https://docs.mistral.ai/api/,
 * https://github.com/mistralai/platform-docs-public/blob/main/openapi-public-doc.yaml. Not verified: whether an answer repeats
 * the `prefix` that it continues; both are handled.
 */
export const mistral = presetFactory({
  name: 'mistral',
  baseURL: 'https://api.mistral.ai/v1',
  keyVariables: ['MISTRAL_API_KEY'],
  // https://docs.mistral.ai/capabilities/batch/
  batches: 'mistral',
  embeddings: 32,
  quirks: {
    seed: 'random_seed',
    toolChoiceRequired: 'any',
    streamUsage: false,
    reasoning: false,
    toolCallIdLength: 9,
    userAfterTool: false,
    prefill: 'prefix',
    prefillEchoes: true,
  },
});

/**
 * Moonshot (Kimi): no seed or penalties, tool calls cannot be forced, images only as data, and reasoning must be returned with
 * tool calls. For accounts in China, set `baseURL: 'https://api.moonshot.cn/v1'`. Source: https://platform.kimi.ai/docs/api/chat,
 * https://platform.kimi.ai/docs/guide/use-partial-mode-feature-of-kimi-api
 */
export const moonshot = presetFactory({
  name: 'moonshot',
  baseURL: 'https://api.moonshot.ai/v1',
  keyVariables: ['MOONSHOT_API_KEY', 'KIMI_API_KEY'],
  batches: moonshotBatches,
  embeddings: false,
  quirks: {
    maxTokensField: 'max_completion_tokens',
    seed: false,
    penalties: false,
    toolChoiceRequired: false,
    reasoningInHistory: 'reasoning_content',
    reasoningWithCalls: true,
    restrictions: moonshotRestrictions,
    imagesByURL: false,
    prefill: 'partial',
  },
});

/** NVIDIA NIM, hosted. Fields differ from model to model. Source: https://docs.api.nvidia.com/nim/reference/llm-apis. Not verified: limits on embeddings. */
export const nvidia = presetFactory({
  name: 'nvidia',
  baseURL: 'https://integrate.api.nvidia.com/v1',
  keyVariables: ['NVIDIA_API_KEY'],
});

/**
 * Perplexity: searches the web and lists the results; accepts no tools and no seed, and instructions only at the beginning. Deep
 * research counts its reasoning apart from the answer. Each answer reports its cost. Source:
 * https://docs.perplexity.ai/docs/sonar/openai-compatibility, https://docs.perplexity.ai/api-reference/chat-completions-post
 */
export const perplexity = presetFactory({
  name: 'perplexity',
  baseURL: 'https://api.perplexity.ai',
  keyVariables: ['PERPLEXITY_API_KEY'],
  embeddings: false,
  quirks: {
    seed: false,
    streamUsage: false,
    tools: false,
    systemFirst: true,
    alternatingRoles: true,
    restrictions: perplexityRestrictions,
    usage: { reasoning: 'apart' },
  },
});

/**
 * Qwen on Alibaba Cloud Model Studio (DashScope), outside China; for China, set `baseURL:
 * 'https://dashscope.aliyuncs.com/compatible-mode/v1'`. Ten embeddings at a time, no `frequency_penalty`. Source:
 * https://www.alibabacloud.com/help/en/model-studio/compatibility-of-openai-with-dashscope,
 * https://www.alibabacloud.com/help/en/model-studio/partial-mode. Restrictions: `qwenRestrictions`.
 */
export const qwen = presetFactory({
  name: 'qwen',
  baseURL: 'https://dashscope-intl.aliyuncs.com/compatible-mode/v1',
  keyVariables: ['DASHSCOPE_API_KEY'],
  embeddings: 10,
  quirks: {
    topK: true,
    penalties: 'presence',
    reasoning: 'enable_thinking',
    restrictions: qwenRestrictions,
    prefill: 'partial',
  },
});

/**
 * SambaNova Cloud: images only as data. Source: https://docs.sambanova.ai/docs/en/features/openai-compatibility,
 * https://github.com/sambanova/sambanova-python/blob/main/src/sambanova/types/chat/completion_create_params.py. Not verified:
 * limits on embeddings.
 */
export const sambanova = presetFactory({
  name: 'sambanova',
  baseURL: 'https://api.sambanova.ai/v1',
  keyVariables: ['SAMBANOVA_API_KEY'],
  quirks: { topK: true, imagesByURL: false },
});

/**
 * Together AI. Source: https://docs.together.ai/reference/chat-completions,
 * https://github.com/togethercomputer/openapi/blob/main/openapi.yaml (which has the address `api.together.ai`; both serve).
 * Images by `width` and `height`, or by `aspect_ratio`, depending on the model:
 * https://docs.together.ai/docs/inference/images/parameters. Not verified: limits on embeddings.
 */
export const together = presetFactory({
  name: 'together',
  baseURL: 'https://api.together.xyz/v1',
  keyVariables: ['TOGETHER_API_KEY'],
  batches: togetherBatches,
  images: { most: 4, format: 'base64', size: 'width+height', aspectRatio: true, seed: true },
  quirks: { topK: true, reasoningInHistory: 'reasoning', restrictions: togetherRestrictions },
});

/**
 * xAI: its models reason, and then refuse penalties and `stop`; images have an aspect ratio, but no size. Reasoning is counted
 * beside the completion, and each answer reports its cost. Source: https://docs.x.ai/docs/guides/reasoning,
 * https://docs.x.ai/developers/cost-tracking, https://docs.x.ai/docs/api-reference,
 * https://docs.x.ai/docs/guides/image-generations
 */
export const xai = presetFactory({
  name: 'xai',
  baseURL: 'https://api.x.ai/v1',
  keyVariables: ['XAI_API_KEY'],
  // https://docs.x.ai/developers/advanced-api-usage/batch-api
  batches: 'xai',
  embeddings: false,
  images: { most: 10, format: 'b64_json', size: false, aspectRatio: true },
  quirks: {
    schema: xaiRules,
    restrictions: xaiRestrictions,
    maxTokensField: 'max_completion_tokens',
    penalties: false,
    stop: false,
    usage: { reasoning: 'beside' },
  },
});
