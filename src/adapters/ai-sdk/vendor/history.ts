import type {
  AssistantPrompt,
  JsonObject,
  LanguageCall,
  PromptMessage,
  ToolResultPrompt,
} from '../../../providers/ai-sdk/spec.ts';

/**
 * Calls and results of OpenAI's own tools in the history. The AI SDK keeps their fields in other places than OpenAI does
 * (https://github.com/vercel/ai/tree/main/packages/openai/src/tool).
 */

/** Images are call results in the AI SDK, but files with their item in our types. */
function withPictures(parts: readonly AssistantPrompt[]): readonly AssistantPrompt[] {
  const drawn = new Set(parts.flatMap((part) => (itemOf(part) === undefined ? [] : [idOf(part)])));
  if (drawn.size === 0) return parts;
  return parts.flatMap((part) => {
    if (!drawn.has(idOf(part))) return [part];
    const result = part.type === 'tool-result' ? undefined : resultOf(parts, idOf(part));
    const item = itemOf(part);
    if (result === undefined || item === undefined) return [];
    const format = typeof item['output_format'] === 'string' ? item['output_format'] : 'png';
    const { providerOptions } = part;
    return [
      {
        type: 'file' as const,
        data: { type: 'data' as const, data: result },
        mediaType: `image/${format}`,
        ...(providerOptions === undefined ? {} : { providerOptions }),
      },
    ];
  });
}

function idOf(part: AssistantPrompt): string | undefined {
  return 'toolCallId' in part ? part.toolCallId : undefined;
}

function itemOf(part: AssistantPrompt): JsonObject | undefined {
  if (part.type !== 'tool-call') return undefined;
  const item = objectOf(part.providerOptions?.['openai']?.['item']);
  return item['type'] === 'image_generation_call' ? item : undefined;
}

function resultOf(parts: readonly AssistantPrompt[], id: string | undefined): string | undefined {
  for (const part of parts) {
    if (part.type !== 'tool-result' || part.toolCallId !== id || part.output.type !== 'json') continue;
    const { result } = objectOf(part.output.value);
    if (typeof result === 'string') return result;
  }
  return undefined;
}

/** Options that our providers set on a call and that do not belong on its result. */
const ofCalls = new Set(['account', 'item', 'itemId', 'block', 'part', 'thoughtSignature']);

/** The AI SDK copies a call's options to its result, where no vendor accepts them. */
function withoutCopies({ providerOptions, ...part }: ToolResultPrompt): ToolResultPrompt {
  const kept = Object.entries(providerOptions ?? {}).flatMap(([vendor, options]) => {
    const own = Object.entries(options).filter(([name]) => !ofCalls.has(name));
    return own.length === 0 ? [] : [[vendor, Object.fromEntries(own)] as const];
  });
  return kept.length === 0 ? part : { ...part, providerOptions: Object.fromEntries(kept) };
}

/** The result of a vendor tool that the application ran, in the vendor's form. */
function withVendorOutput(part: ToolResultPrompt, tools: LanguageCall['tools']): ToolResultPrompt {
  const tool = tools?.find(({ name }) => name === part.toolName);
  if (tool?.type !== 'provider' || part.output.type !== 'json') return part;
  const { output, status, maxOutputLength } = objectOf(part.output.value);
  switch (tool.id) {
    case 'openai.local_shell':
      return { ...part, output: { type: 'json', value: output ?? '' } };
    case 'openai.shell': {
      const value = Array.isArray(output) ? output.map(toRun) : [];
      const length = typeof maxOutputLength === 'number' ? { max_output_length: maxOutputLength } : {};
      return withOptions({ ...part, output: { type: 'json', value } }, length);
    }
    case 'openai.apply_patch':
      return withOptions({ ...part, output: { type: 'json', value: output ?? '' } }, { status });
    default:
      return part;
  }
}

function toRun(run: unknown): JsonObject {
  const { stdout, stderr, outcome } = objectOf(run);
  const { type, exitCode } = objectOf(outcome);
  return { stdout, stderr, outcome: type === 'exit' ? { type, exit_code: exitCode } : { type } };
}

function withOptions(part: ToolResultPrompt, openai: JsonObject): ToolResultPrompt {
  const { providerOptions } = part;
  return {
    ...part,
    providerOptions: { ...providerOptions, openai: { ...providerOptions?.['openai'], ...openai } },
  };
}

function objectOf(value: unknown): JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : {};
}

/** Converts the conversation. */
export function withVendorHistory({ prompt, tools }: LanguageCall): readonly PromptMessage[] {
  return prompt.map((message): PromptMessage => {
    if (message.role === 'assistant') return { ...message, content: [...withPictures(message.content)] };
    if (message.role !== 'tool') return message;
    const content = message.content.map((part) =>
      part.type === 'tool-result' ? withVendorOutput(withoutCopies(part), tools) : part,
    );
    return { ...message, content };
  });
}
