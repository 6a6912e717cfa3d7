import { anthropic } from '@ai-sdk/anthropic';
import { google } from '@ai-sdk/google';
import { openai } from '@ai-sdk/openai';
import { pixel } from '../../conformance/scenarios.ts';
import type { Asked } from './answers.ts';
import { geminiWire, messageItem, messageWire, responsesWire, type Wire } from './wires.ts';

/**
 * Answers of the vendors' that no mock gives, as their documentation and recordings of the AI SDK's own tests have them
 * (https://github.com/vercel/ai/tree/main/packages/openai/src/responses/__fixtures__,
 * https://github.com/vercel/ai/tree/main/packages/anthropic/src/__fixtures__).
 */
export interface Recorded extends Wire {
  readonly vendor: string;
  readonly name: string;
  readonly asked: Asked;
}

const ask = { prompt: 'Hello' } as const;
const webPage = { url: 'https://a.example', title: 'A' };
const mcpServer = openai.tools.mcp({ serverLabel: 'zip', serverUrl: 'https://zip.example/sse' });

export const recorded: readonly Recorded[] = [
  {
    vendor: 'openai responses',
    name: 'thoughts in several summaries, and a cited page',
    asked: ask,
    ...responsesWire([
      {
        type: 'reasoning',
        id: 'rs_1',
        summary: [
          { type: 'summary_text', text: 'Let me' },
          { type: 'summary_text', text: 'think' },
        ],
        encrypted_content: 'secret',
      },
      messageItem('The sky is blue.', [{ type: 'url_citation', start_index: 0, end_index: 7, ...webPage }]),
    ]),
  },
  {
    vendor: 'openai responses',
    name: 'a web search',
    asked: { ...ask, tools: { search: openai.tools.webSearch({}) } },
    ...responsesWire([
      {
        type: 'web_search_call',
        id: 'ws_1',
        status: 'completed',
        action: { type: 'search', query: 'sky', sources: [{ type: 'url', url: 'https://a.example' }] },
      },
      {
        type: 'web_search_call',
        id: 'ws_2',
        status: 'completed',
        action: { type: 'open_page', url: 'https://a.example' },
      },
      messageItem('The sky is blue.'),
    ]),
  },
  {
    vendor: 'openai responses',
    name: 'a program',
    asked: { ...ask, tools: { code_interpreter: openai.tools.codeInterpreter({}) } },
    ...responsesWire([
      {
        type: 'code_interpreter_call',
        id: 'ci_1',
        status: 'completed',
        code: 'print("1")',
        container_id: 'cntr_1',
        outputs: [{ type: 'logs', logs: '1' }],
      },
      messageItem('It is 1.'),
    ]),
  },
  {
    vendor: 'openai responses',
    name: 'a search in files',
    asked: { ...ask, tools: { file_search: openai.tools.fileSearch({ vectorStoreIds: ['vs_1'] }) } },
    ...responsesWire([
      {
        type: 'file_search_call',
        id: 'fs_1',
        status: 'completed',
        queries: ['sky'],
        results: [{ attributes: {}, file_id: 'file-1', filename: 'sky.txt', score: 0.9, text: 'blue' }],
      },
      messageItem('It is blue.'),
    ]),
  },
  {
    vendor: 'openai responses',
    name: 'a picture',
    asked: { ...ask, tools: { image_generation: openai.tools.imageGeneration({}) } },
    ...responsesWire([
      { type: 'image_generation_call', id: 'ig_1', status: 'completed', result: pixel },
      messageItem('Here it is.'),
    ]),
  },
  {
    vendor: 'openai responses',
    name: 'a remote tool',
    asked: { ...ask, tools: { mcp: mcpServer } },
    ...responsesWire([
      {
        type: 'mcp_list_tools',
        id: 'mcpl_1',
        server_label: 'zip',
        tools: [{ name: 'shorten', input_schema: { type: 'object' } }],
      },
      {
        type: 'mcp_call',
        id: 'mcp_1',
        status: 'completed',
        server_label: 'zip',
        name: 'shorten',
        arguments: '{"url":"https://a.example"}',
        output: 'https://z.example/1',
        error: null,
      },
      messageItem('Done.'),
    ]),
  },
  {
    vendor: 'openai responses',
    name: 'a remote tool that wants to be allowed',
    asked: { ...ask, tools: { mcp: mcpServer } },
    ...responsesWire([
      {
        type: 'mcp_approval_request',
        id: 'mcpr_1',
        server_label: 'zip',
        name: 'shorten',
        arguments: '{"url":"https://a.example"}',
      },
    ]),
  },
  {
    vendor: 'anthropic',
    name: 'thoughts, hidden ones, and what was in the cache',
    asked: ask,
    ...messageWire([
      { type: 'thinking', thinking: 'Let me think', signature: 'sig' },
      { type: 'redacted_thinking', data: 'hidden' },
      { type: 'text', text: 'The sky is blue.' },
    ]),
  },
  {
    vendor: 'anthropic',
    name: 'a web search, and what it found in the answer',
    asked: { ...ask, tools: { search: anthropic.tools.webSearch_20250305({}) } },
    ...messageWire([
      { type: 'server_tool_use', id: 'srvtoolu_1', name: 'web_search', input: { query: 'sky' } },
      {
        type: 'web_search_tool_result',
        tool_use_id: 'srvtoolu_1',
        content: [{ type: 'web_search_result', ...webPage, page_age: null, encrypted_content: 'x' }],
      },
      {
        type: 'text',
        text: 'The sky is blue.',
        citations: [
          { type: 'web_search_result_location', cited_text: 'blue', encrypted_index: 'y', ...webPage },
        ],
      },
    ]),
  },
  {
    vendor: 'anthropic',
    name: 'a web search that failed',
    asked: { ...ask, tools: { web_search: anthropic.tools.webSearch_20250305({}) } },
    ...messageWire([
      { type: 'server_tool_use', id: 'srvtoolu_1', name: 'web_search', input: { query: 'sky' } },
      {
        type: 'web_search_tool_result',
        tool_use_id: 'srvtoolu_1',
        content: { type: 'web_search_tool_result_error', error_code: 'max_uses_exceeded' },
      },
      { type: 'text', text: 'No idea.' },
    ]),
  },
  {
    vendor: 'anthropic',
    name: 'a program',
    asked: { ...ask, tools: { code_execution: anthropic.tools.codeExecution_20250825() } },
    ...messageWire([
      {
        type: 'server_tool_use',
        id: 'srvtoolu_1',
        name: 'bash_code_execution',
        input: { command: 'echo 1' },
      },
      {
        type: 'bash_code_execution_tool_result',
        tool_use_id: 'srvtoolu_1',
        content: { type: 'bash_code_execution_result', stdout: '1', stderr: '', return_code: 0, content: [] },
      },
      { type: 'text', text: 'It is 1.' },
    ]),
  },
  {
    vendor: 'anthropic',
    name: 'a remote tool',
    asked: {
      ...ask,
      providerOptions: {
        anthropic: { mcpServers: [{ type: 'url', name: 'zip', url: 'https://zip.example/sse' }] },
      },
    },
    ...messageWire([
      { type: 'mcp_tool_use', id: 'mcptoolu_1', name: 'shorten', server_name: 'zip', input: { url: 'a' } },
      {
        type: 'mcp_tool_result',
        tool_use_id: 'mcptoolu_1',
        is_error: false,
        content: [{ type: 'text', text: 'https://z.example/1' }],
      },
      { type: 'text', text: 'Done.' },
    ]),
  },
  {
    vendor: 'google',
    name: 'thoughts with a signature, and a picture',
    asked: ask,
    ...geminiWire([
      { text: 'Let me think', thought: true },
      { text: 'Here it is.', thoughtSignature: 'sig' },
      { inlineData: { mimeType: 'image/png', data: pixel } },
    ]),
  },
  {
    vendor: 'google',
    name: 'an answer that rests on a search',
    asked: { ...ask, tools: { google_search: google.tools.googleSearch({}) } },
    ...geminiWire([{ text: 'The sky is blue.' }], {
      groundingMetadata: {
        webSearchQueries: ['sky'],
        groundingChunks: [{ web: { uri: 'https://a.example', title: 'A' } }],
        groundingSupports: [],
      },
    }),
  },
  {
    vendor: 'google',
    name: 'a program',
    asked: { ...ask, tools: { code_execution: google.tools.codeExecution({}) } },
    ...geminiWire([
      { executableCode: { language: 'PYTHON', code: 'print(1)' } },
      { codeExecutionResult: { outcome: 'OUTCOME_OK', output: '1' } },
      { executableCode: { language: 'PYTHON', code: 'print(2)' } },
      { codeExecutionResult: { outcome: 'OUTCOME_OK', output: '2' } },
      { text: 'Done.' },
    ]),
  },
];
