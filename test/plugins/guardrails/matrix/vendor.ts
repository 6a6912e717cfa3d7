import { events, type FaultServer, faultServer, json, type Received } from '../../../support/fault-server.ts';

/** What the vendor answers. */
export interface Plan {
  readonly text?: string;
  readonly reasoning?: string;
  readonly toolArguments?: Readonly<Record<string, string>>;
}

type Block =
  | { readonly type: 'thinking'; readonly thinking: string; readonly signature: string }
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'tool_use'; readonly id: string; readonly name: string; readonly input: object };

const usage = { input_tokens: 10, output_tokens: 5 };

/** A vendor with the Messages and Embeddings APIs, on a real socket. `answer` sees what it got. */
export function vendor(answer: (received: Received) => Plan): Promise<FaultServer> {
  return faultServer((response, received) => {
    if (received.path.includes('embeddings')) {
      const { input } = received.body as { input: string | readonly string[] };
      const data = [input].flat().map((_, index) => ({ object: 'embedding', index, embedding: [1, 0] }));
      return json({ object: 'list', data, model: 'm', usage: { prompt_tokens: 1, total_tokens: 1 } })(
        response,
        received,
      );
    }
    const blocks = blocksOf(answer(received));
    const calls = blocks.some(({ type }) => type === 'tool_use');
    const message = { id: 'm1', type: 'message', role: 'assistant', model: 'm', usage, stop_sequence: null };
    const stop = { stop_reason: calls ? 'tool_use' : 'end_turn', stop_sequence: null };
    if ((received.body as { stream?: boolean }).stream !== true)
      return json({ ...message, ...stop, content: blocks })(response, received);
    return events([
      event('message_start', { message: { ...message, content: [], stop_reason: null } }),
      ...blocks.flatMap(streamed),
      event('message_delta', { delta: stop, usage }),
      event('message_stop', {}),
    ])(response, received);
  });
}

function blocksOf({ reasoning, text, toolArguments }: Plan): readonly Block[] {
  const blocks: Block[] = [];
  if (reasoning !== undefined) blocks.push({ type: 'thinking', thinking: reasoning, signature: 'sig' });
  if (text !== undefined) blocks.push({ type: 'text', text });
  if (toolArguments !== undefined)
    blocks.push({ type: 'tool_use', id: 'toolu_1', name: 'lookup', input: toolArguments });
  return blocks;
}

/** The events of one block, in pieces of three characters, so that every value is torn apart. */
function streamed(block: Block, index: number): readonly string[] {
  const pieces = (text: string): readonly string[] => text.match(/[\s\S]{1,3}/g) ?? [];
  const deltas = (): readonly object[] => {
    if (block.type === 'text') return pieces(block.text).map((text) => ({ type: 'text_delta', text }));
    if (block.type === 'tool_use')
      return pieces(JSON.stringify(block.input)).map((partial) => ({
        type: 'input_json_delta',
        partial_json: partial,
      }));
    const { signature } = block;
    return [
      ...pieces(block.thinking).map((thinking) => ({ type: 'thinking_delta', thinking })),
      { type: 'signature_delta', signature },
    ];
  };
  const empty = { text: { text: '' }, thinking: { thinking: '', signature: '' }, tool_use: { input: {} } };
  return [
    event('content_block_start', { index, content_block: { ...block, ...empty[block.type] } }),
    ...deltas().map((delta) => event('content_block_delta', { index, delta })),
    event('content_block_stop', { index }),
  ];
}

function event(type: string, fields: object): string {
  return `event: ${type}\ndata: ${JSON.stringify({ type, ...fields })}\n\n`;
}
