import { anthropic } from '@ai-sdk/anthropic';
import { google } from '@ai-sdk/google';
import { openai } from '@ai-sdk/openai';
import { jsonSchema, type ModelMessage, Output, type ToolSet, tool } from 'ai';
import { pixel, type ScenarioName, scenarios } from '../../conformance/scenarios.ts';
import type { Asked } from './answers.ts';
import type { Vendor } from './vendors.ts';

/** What every provider is asked, as an application of the AI SDK asks it. */
export function askedOf(name: ScenarioName, vendor: Vendor): Asked | undefined {
  const own = owns[name]?.[vendor.name];
  const { messages, tools, responseFormat, reasoning, toolChoice, ...settings } = scenarios[name]
    .call as Scenario;
  if (own === 'none') return undefined;
  return {
    ...settings,
    ...(reasoning === undefined ? {} : { reasoning }),
    ...(toolChoice === undefined ? {} : { toolChoice: toolChoice as never }),
    ...(tools === undefined ? {} : { tools: toolsOf(tools) }),
    ...(responseFormat === undefined
      ? {}
      : { output: Output.object({ schema: jsonSchema(responseFormat.schema as object) }) }),
    ...promptOf(messages),
    ...own,
  } as Asked;
}

type Scenario = {
  readonly messages: readonly { readonly role: string; readonly content: unknown }[];
  readonly tools?: readonly FunctionTool[];
  readonly responseFormat?: { readonly schema: object };
  readonly reasoning?: 'high';
  readonly toolChoice?: unknown;
};
type FunctionTool = { readonly name: string; readonly description?: string; readonly inputSchema: object };

function toolsOf(tools: readonly FunctionTool[]): ToolSet {
  const entries = tools.map(({ name, description, inputSchema }) => {
    const schema = jsonSchema<unknown>(inputSchema);
    return [name, tool({ ...(description === undefined ? {} : { description }), inputSchema: schema })];
  });
  return Object.fromEntries(entries) as ToolSet;
}

function promptOf(messages: Scenario['messages']): { instructions?: string; messages: ModelMessage[] } {
  const system = messages.find(({ role }) => role === 'system');
  const turns = messages.filter(({ role }) => role !== 'system');
  return {
    ...(system === undefined ? {} : { instructions: String(system.content) }),
    messages: JSON.parse(JSON.stringify(turns), (_, value: unknown) => toFile(value)) as ModelMessage[],
  };
}

/** A picture in the AI SDK's newer words, which it takes in tools' results as well. */
function toFile(value: unknown): unknown {
  const part = value as { type?: unknown; image?: string; mediaType?: string } | null;
  if (typeof part !== 'object' || part?.type !== 'image' || part.image === undefined) return value;
  const data = part.image.startsWith('http')
    ? { type: 'url', url: part.image }
    : { type: 'data', data: pixel };
  return { type: 'file', mediaType: part.mediaType ?? 'image', data };
}

/** Where a vendor has its own words; `none`: the AI SDK cannot ask it for that. */
const owns: Partial<Record<ScenarioName, Readonly<Record<string, Partial<Asked> | 'none'>>>> = {
  'a tool of the vendor’s': {
    'openai chat': 'none',
    'openai responses': { tools: { web_search: openai.tools.webSearch({ searchContextSize: 'low' }) } },
    anthropic: { tools: { web_search: anthropic.tools.webSearch_20250305({ maxUses: 1 }) } },
    google: { tools: { code_execution: google.tools.codeExecution({}) } },
  },
  'the vendor’s own options': {
    'openai chat': { providerOptions: { openai: { serviceTier: 'flex', user: 'u' } } },
    'openai responses': { providerOptions: { openai: { serviceTier: 'flex', user: 'u' } } },
    anthropic: { providerOptions: { anthropic: { speed: 'fast' } } },
    google: { providerOptions: { google: { labels: { a: 'b' } } } },
  },
  'log probabilities': {
    'openai chat': { providerOptions: { openai: { logprobs: true } } },
    'openai responses': { providerOptions: { openai: { logprobs: 1 } } },
    google: { providerOptions: { google: { responseLogprobs: true, logprobs: 1 } } },
  },
};
