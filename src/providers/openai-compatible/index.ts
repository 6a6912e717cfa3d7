/**
 * Servers that speak OpenAI's Chat Completions, on signalbox's own transport and without an SDK.
 *
 * @module
 */
export type { Quirks } from '../chat-completions/quirks.ts';
export {
  aimlapi,
  deepseek,
  groq,
  mistral,
  ollama,
  openrouter,
  sambanova,
  together,
  vllm,
  xai,
} from './presets.ts';
export { type OpenAICompatibleOptions, openaiCompatible, type PresetOptions } from './provider.ts';
