import { type Behavior, json } from '../../../support/fault-server.ts';
import { event, events, isStream, type Plan, pieces } from './plan.ts';

type Block = { readonly type: string } & Readonly<Record<string, unknown>>;

const usage = { input_tokens: 10, output_tokens: 5 };

/** An answer of the Messages API. */
export function claudeAnswer(plan: Plan): Behavior {
  return (response, received) => {
    const blocks = blocksOf(plan);
    const calls = plan.toolArguments !== undefined;
    const message = { id: 'm1', type: 'message', role: 'assistant', model: 'm', usage, stop_sequence: null };
    const stop = { stop_reason: calls ? 'tool_use' : 'end_turn', stop_sequence: null };
    if (!isStream(received)) return json({ ...message, ...stop, content: blocks })(response, received);
    return events([
      event('message_start', { message: { ...message, content: [], stop_reason: null } }),
      ...blocks.flatMap(streamed),
      event('message_delta', { delta: stop, usage }),
      event('message_stop', {}),
    ])(response, received);
  };
}

function blocksOf({ reasoning, text, toolArguments, toolResult, fileName }: Plan): readonly Block[] {
  const blocks: Block[] = [];
  if (reasoning !== undefined) blocks.push({ type: 'thinking', thinking: reasoning, signature: 'sig' });
  if (toolResult !== undefined) {
    const result = {
      type: 'code_execution_result',
      stdout: toolResult,
      stderr: '',
      return_code: 0,
      content: [],
    };
    blocks.push(
      { type: 'server_tool_use', id: 'srvtoolu_1', name: 'code_execution', input: { code: 'x' } },
      { type: 'code_execution_tool_result', tool_use_id: 'srvtoolu_1', content: result },
    );
  }
  if (text !== undefined) {
    const place = {
      document_index: 0,
      start_char_index: 0,
      end_char_index: 4,
      cited_text: 'Done',
      file_id: null,
    };
    const citation = { type: 'char_location', document_title: fileName, ...place };
    blocks.push({ type: 'text', text, ...(fileName === undefined ? {} : { citations: [citation] }) });
  }
  if (toolArguments !== undefined)
    blocks.push({ type: 'tool_use', id: 'toolu_1', name: 'lookup', input: toolArguments });
  return blocks;
}

const empty: Readonly<Record<string, object>> = {
  text: { text: '', citations: [] },
  thinking: { thinking: '', signature: '' },
  tool_use: { input: {} },
  server_tool_use: { input: {} },
};

function streamed(block: Block, index: number): readonly string[] {
  return [
    event('content_block_start', { index, content_block: { ...block, ...empty[block.type] } }),
    ...deltas(block).map((delta) => event('content_block_delta', { index, delta })),
    event('content_block_stop', { index }),
  ];
}

function deltas(block: Block): readonly object[] {
  switch (block.type) {
    case 'text': {
      const citations = (block['citations'] ?? []) as readonly object[];
      return [
        ...pieces(String(block['text'])).map((text) => ({ type: 'text_delta', text })),
        ...citations.map((citation) => ({ type: 'citations_delta', citation })),
      ];
    }
    case 'thinking':
      return [
        ...pieces(String(block['thinking'])).map((thinking) => ({ type: 'thinking_delta', thinking })),
        { type: 'signature_delta', signature: block['signature'] },
      ];
    case 'tool_use':
    case 'server_tool_use':
      return pieces(JSON.stringify(block['input'])).map((partial) => ({
        type: 'input_json_delta',
        partial_json: partial,
      }));
    default:
      return [];
  }
}
