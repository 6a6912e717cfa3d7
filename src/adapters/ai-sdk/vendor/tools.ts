import type { Json, JsonObject } from '../../../providers/ai-sdk/spec.ts';

/**
 * Converts calls and results of the vendors' own tools to the form of the AI SDK's providers, which applications expect
 * (https://github.com/vercel/ai/tree/main/packages/openai/src/tool, https://github.com/vercel/ai/tree/main/packages/anthropic/src/tool).
 * The vendor's item or block stays in the metadata and goes back unchanged.
 */

/** The fields of a call, with its result if the same item includes it. */
export interface CallFields {
  readonly toolName?: string;
  readonly input?: Json;
  readonly dynamic?: true;
  readonly result?: NonNullable<Json>;
}

export interface ResultFields {
  readonly result: NonNullable<Json>;
  readonly isError?: true;
}

type Item = JsonObject;

export function openaiCall(item: Item): CallFields {
  switch (item['type']) {
    case 'web_search_call':
      return { input: {}, result: searched(objectOf(item['action'])) };
    case 'file_search_call': {
      const results = listOf(item['results']).map((found) => ({
        attributes: found['attributes'],
        fileId: found['file_id'],
        filename: found['filename'],
        score: found['score'],
        text: found['text'],
      }));
      return { input: {}, result: { queries: item['queries'], results: item['results'] ? results : null } };
    }
    case 'code_interpreter_call':
      return {
        input: { containerId: item['container_id'], code: item['code'] },
        result: { outputs: item['outputs'] },
      };
    case 'mcp_call': {
      const { name, arguments: asked, server_label: serverLabel, output, error } = item;
      return {
        ...mcp(item),
        result: { type: 'call', serverLabel, name, arguments: asked, ...given({ output, error }) },
      };
    }
    case 'mcp_approval_request':
      return mcp(item);
    case 'image_generation_call':
      return { input: {} };
    case 'local_shell_call':
      return { input: { action: item['action'] } };
    case 'shell_call': {
      const { commands, timeout_ms, max_output_length } = objectOf(item['action']);
      return {
        input: {
          action: { commands, ...given({ timeoutMs: timeout_ms, maxOutputLength: max_output_length }) },
        },
      };
    }
    case 'apply_patch_call':
      return { input: { callId: item['call_id'], operation: item['operation'] } };
    case 'custom_tool_call':
      // The input of such a tool is one string, so its JSON has quotes.
      return { input: item['input'] ?? '' };
    default:
      return {};
  }
}

function mcp({ name, arguments: asked }: Item): CallFields {
  const input = typeof asked === 'string' ? { input: parsed(asked) } : {};
  return { toolName: `mcp.${String(name)}`, dynamic: true, ...input };
}

function searched(action: Item): JsonObject {
  const { type, query, queries, sources, url, pattern } = action;
  switch (type) {
    case 'search':
      return { action: { type, ...given({ query, queries }) }, ...given({ sources }) };
    case 'open_page':
      return { action: { type: 'openPage', ...given({ url }) } };
    case 'find_in_page':
      return { action: { type: 'findInPage', ...given({ url, pattern }) } };
    default:
      return {};
  }
}

export function anthropicCall(block: Item): CallFields {
  const { type, name } = block;
  const input = objectOf(block['input']);
  if (type === 'mcp_tool_use') return { dynamic: true };
  if (name === 'bash_code_execution' || name === 'text_editor_code_execution')
    return { toolName: 'code_execution', input: { type: name, ...input } };
  if (name === 'code_execution' && 'code' in input && !('type' in input))
    return { input: { type: 'programmatic-tool-call', ...input } };
  return {};
}

export function anthropicResult(block: Item): ResultFields | undefined {
  const content = objectOf(block['content']);
  const failed = typeof content['error_code'] === 'string';
  if (failed && !/^(bash|text_editor)_/.test(String(block['type'])))
    return { result: { type: content['type'], errorCode: content['error_code'] }, isError: true };
  switch (block['type']) {
    case 'web_search_tool_result':
      return { result: listOf(block['content']).map(toFound) };
    case 'web_fetch_tool_result':
      return { result: toFetched(content) };
    case 'code_execution_tool_result':
      return { result: { ...content, content: content['content'] ?? [] } };
    case 'tool_search_tool_result': {
      const references = listOf(content['tool_references']);
      return { result: references.map(({ type, tool_name }) => ({ type, toolName: tool_name })) };
    }
    case 'mcp_tool_result':
      return { result: block['content'] ?? [], ...(block['is_error'] === true ? { isError: true } : {}) };
    default:
      return undefined;
  }
}

function toFound({ url, title, page_age, encrypted_content, type }: Item): JsonObject {
  return {
    url,
    ...given({ title }),
    pageAge: page_age ?? null,
    encryptedContent: encrypted_content,
    type,
  };
}

function toFetched({ type, url, retrieved_at, content }: Item): JsonObject {
  const { type: kind, title, citations, source } = objectOf(content);
  const { type: form, media_type, data } = objectOf(source);
  return {
    type,
    url,
    retrievedAt: retrieved_at,
    content: { type: kind, title, citations, source: { type: form, mediaType: media_type, data } },
  };
}

function given(fields: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== undefined && value !== null),
  );
}

function objectOf(value: Json | undefined): JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {};
}

function listOf(value: Json | undefined): readonly JsonObject[] {
  return Array.isArray(value) ? value.map(objectOf) : [];
}

function parsed(text: string): Json {
  try {
    return text === '' ? {} : (JSON.parse(text) as Json);
  } catch {
    return text;
  }
}
