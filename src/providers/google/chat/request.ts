import type { ProviderCall, ResolvedFunctionTool, ResolvedTool } from '../../../types/provider.ts';
import type { JSONObject } from '../../../types/request/json.ts';
import type { Warning } from '../../../types/result/result.ts';
import { compact, type Wire } from '../../../util/json.ts';
import { restrict } from '../../shared/restrictions/apply.ts';
import { fitSchema } from '../../shared/schema/fit.ts';
import { schemaInstruction } from '../../shared/schema/instruction.ts';
import { toToolSchema } from '../../shared/schema/tool-schema.ts';
import { vendorToolType } from '../../shared/tools/tools.ts';
import { combinesTools, geminiRestrictions } from '../restrictions.ts';
import { toContents } from './contents.ts';
import { geminiRules } from './schema-rules.ts';
import { toThinkingConfig } from './thinking.ts';

/** A `generateContent` request in fields that both SDKs accept, each in its own layout. */
export interface GeminiRequest extends Wire {
  readonly model: string;
  readonly contents: readonly Wire[];
  readonly systemInstruction?: Wire;
  readonly tools?: readonly Wire[];
  readonly toolConfig?: Wire;
  readonly generationConfig: Wire;
  /** The caller's vendor options, for the top level of the body and for `generationConfig`. */
  readonly extra: { readonly top: Wire; readonly generationConfig: Wire };
}

/** Top-level options of the body (https://ai.google.dev/api/generate-content); all others go into `generationConfig`. */
const topOptions = [
  'safetySettings',
  'cachedContent',
  'labels',
  'toolConfig',
  'tools',
  'systemInstruction',
  'serviceTier',
];

/** Converts a call to a request, with warnings. */
export function toRequest(given: ProviderCall): {
  readonly body: GeminiRequest;
  readonly warnings: readonly Warning[];
} {
  const warnings: Warning[] = [];
  const call = restrict(given, 'google', geminiRestrictions, warnings);
  const { system, contents } = toContents(call.messages, call.model, warnings);
  const tools = toTools(call.tools ?? []);
  const toolConfig = toToolConfig(call);
  const { schema, instruction, mimeType } = toSchema(call, warnings);
  const instructions = instruction === undefined ? system : [...system, { text: instruction }];
  const generationConfig = compact({
    maxOutputTokens: call.maxOutputTokens,
    temperature: call.temperature,
    topP: call.topP,
    topK: call.topK,
    seed: call.seed,
    stopSequences: call.stopSequences,
    presencePenalty: call.presencePenalty,
    frequencyPenalty: call.frequencyPenalty,
    responseMimeType: mimeType,
    responseJsonSchema: schema,
    thinkingConfig: toThinkingConfig(call.model, call.reasoning, given.reasoning),
  });
  const options = Object.entries(call.providerOptions?.['google'] ?? {});
  const extra = {
    top: Object.fromEntries(options.filter(([name]) => topOptions.includes(name))),
    generationConfig: Object.fromEntries(options.filter(([name]) => !topOptions.includes(name))),
  };
  const body: GeminiRequest = {
    model: call.model,
    contents,
    ...(instructions.length === 0 ? {} : { systemInstruction: { role: 'user', parts: instructions } }),
    ...(tools.length === 0 ? {} : { tools }),
    ...(toolConfig === undefined ? {} : { toolConfig }),
    generationConfig,
    extra,
  };
  return { body, warnings };
}

function toTools(tools: readonly ResolvedTool[]): readonly Wire[] {
  const functionDeclarations: Wire[] = [];
  const own: Wire[] = [];
  for (const tool of tools) {
    if (tool.type === 'function') {
      const { name, description } = tool;
      functionDeclarations.push(compact({ name, description, parametersJsonSchema: toParameters(tool) }));
      continue;
    }
    own.push({ [camelCase(vendorToolType(tool))]: tool.args });
  }
  return functionDeclarations.length === 0 ? own : [{ functionDeclarations }, ...own];
}

/** Unsupported keywords are sent unchanged, because a tool has no other place for them. */
function toParameters({ inputSchema }: ResolvedFunctionTool): JSONObject {
  const schema = toToolSchema(inputSchema);
  const fitted = fitSchema(schema, geminiRules);
  return 'schema' in fitted ? fitted.schema : schema;
}

/** Requests JSON by Gemini's own mode, plus an instruction if that mode cannot express the schema. */
function toSchema(
  { responseFormat }: ProviderCall,
  warnings: Warning[],
): { readonly schema?: JSONObject; readonly instruction?: string; readonly mimeType?: string } {
  if (responseFormat === undefined) return {};
  const { schema } = responseFormat;
  const mimeType = 'application/json';
  if (schema === undefined) return { mimeType };
  const fitted = fitSchema(schema, geminiRules);
  return 'schema' in fitted
    ? { ...fitted, mimeType }
    : { mimeType, instruction: schemaInstruction(schema, warnings) };
}

/** Converts `google_search` to `googleSearch`. */
function camelCase(name: string): string {
  return name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

function toToolConfig(call: ProviderCall): Wire | undefined {
  const functionCallingConfig = toCallingConfig(call);
  if (!combinesTools(call)) return functionCallingConfig && { functionCallingConfig };
  // https://ai.google.dev/gemini-api/docs/tool-combination
  return compact({ functionCallingConfig, includeServerSideToolInvocations: true });
}

function toCallingConfig({ toolChoice }: ProviderCall): Wire | undefined {
  if (toolChoice === undefined) return undefined;
  if (typeof toolChoice === 'object') return { mode: 'ANY', allowedFunctionNames: [toolChoice.toolName] };
  return { mode: { auto: 'AUTO', none: 'NONE', required: 'ANY' }[toolChoice] };
}

/** Whether the answer may contain images, judged by the request and the model. */
export function asksForPictures({ model, extra }: GeminiRequest): boolean {
  const { responseModalities } = extra.generationConfig;
  if (Array.isArray(responseModalities)) return responseModalities.includes('IMAGE');
  return /image|banana/i.test(model);
}
