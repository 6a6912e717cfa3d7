/**
 * Servers with OpenAI's Chat Completions API, on signalbox's own transport and without an SDK.
 *
 * @module openai-compatible
 */

export type { ApiKey } from '../../transport/credentials.ts';
export type { Fetch } from '../../transport/transport.ts';
export type { ImageWords } from '../chat-completions/images.ts';
export type { Quirks } from '../chat-completions/quirks.ts';
export type { UsageReading } from '../chat-completions/usage.ts';
export type { ClientOptions } from '../shared/client-options.ts';
export type {
  ChangedRequest,
  RestrictedSetting,
  Restriction,
  RestrictionEffect,
} from '../shared/restrictions/restriction.ts';
export type { SchemaRules } from '../shared/schema/rules.ts';
export { azure, bedrock, githubModels, huggingface, vertex, workersAI } from './presets/clouds.ts';
export {
  cloudflareGateway,
  envoy,
  kong,
  litellm,
  martian,
  openrouter,
  portkey,
  tokenmix,
  truefoundry,
  vercel,
} from './presets/gateways.ts';
export { llamacpp, lmstudio, ollama, sglang, vllm } from './presets/servers.ts';
export {
  aimlapi,
  baseten,
  cerebras,
  deepinfra,
  deepseek,
  fireworks,
  groq,
  mistral,
  moonshot,
  nvidia,
  perplexity,
  qwen,
  sambanova,
  together,
  xai,
} from './presets/vendors.ts';
export {
  type OpenAICompatibleOptions,
  openaiCompatible,
  type Placeholders,
  type PresetOptions,
} from './provider.ts';
