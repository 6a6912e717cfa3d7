/** Builds vendors' answers: whole, and as the events in which they are streamed. */
export interface Wire {
  readonly answer: unknown;
  readonly stream: readonly string[];
}

type Body = Readonly<Record<string, unknown>>;

const event = (type: string, fields: Body): string =>
  `event: ${type}\ndata: ${JSON.stringify({ type, ...fields })}\n\n`;
const cut = (text: string): readonly string[] => [text.slice(0, 5), text.slice(5)].filter(Boolean);
const listOf = (value: unknown): readonly Body[] => (Array.isArray(value) ? (value as Body[]) : []);

// OpenAI, Responses.

const responseHead = {
  id: 'resp_1',
  object: 'response',
  created_at: 1_700_000_000,
  model: 'gpt-5-mini-2025-08-07',
};
const responseUsage = {
  input_tokens: 120,
  input_tokens_details: { cached_tokens: 64 },
  output_tokens: 40,
  output_tokens_details: { reasoning_tokens: 16 },
  total_tokens: 160,
};
export const messageItem = (text: string, annotations: readonly Body[] = []): Body => ({
  type: 'message',
  id: 'msg_1',
  role: 'assistant',
  status: 'completed',
  content: [{ type: 'output_text', text, annotations, logprobs: [] }],
});

/** An answer of Responses, whole and as its events. */
export function responsesWire(output: readonly Body[]): Wire {
  const answer = {
    ...responseHead,
    status: 'completed',
    error: null,
    incomplete_details: null,
    output,
    usage: responseUsage,
  };
  const begun = { ...answer, status: 'in_progress', output: [], usage: null };
  const list = [
    event('response.created', { response: begun }),
    ...output.flatMap(itemEvents),
    event('response.completed', { response: answer }),
  ];
  return { answer, stream: list };
}

function itemEvents(item: Body, output_index: number): readonly string[] {
  const at = { item_id: item['id'], output_index };
  const empty = {
    ...item,
    ...('content' in item ? { content: [] } : {}),
    ...('summary' in item ? { summary: [] } : {}),
    ...(item['type'] === 'function_call' ? { arguments: '' } : {}),
  };
  const content = listOf(item['content']).flatMap((part, content_index) => [
    event('response.content_part.added', { ...at, content_index, part: { ...part, text: '' } }),
    ...cut(String(part['text'] ?? '')).map((delta) =>
      event('response.output_text.delta', { ...at, content_index, delta, logprobs: [] }),
    ),
    ...listOf(part['annotations']).map((annotation, annotation_index) =>
      event('response.output_text.annotation.added', { ...at, content_index, annotation_index, annotation }),
    ),
    event('response.output_text.done', { ...at, content_index, text: part['text'] ?? '' }),
  ]);
  const summary = listOf(item['summary']).flatMap((part, summary_index) => [
    event('response.reasoning_summary_part.added', { ...at, summary_index, part: { ...part, text: '' } }),
    ...cut(String(part['text'])).map((delta) =>
      event('response.reasoning_summary_text.delta', { ...at, summary_index, delta }),
    ),
    event('response.reasoning_summary_part.done', { ...at, summary_index, part }),
  ]);
  const code =
    item['type'] === 'code_interpreter_call'
      ? [
          ...cut(String(item['code'])).map((delta) =>
            event('response.code_interpreter_call_code.delta', { ...at, delta }),
          ),
          event('response.code_interpreter_call_code.done', { ...at, code: item['code'] }),
        ]
      : [];
  const args =
    item['type'] === 'function_call'
      ? cut(String(item['arguments'])).map((delta) =>
          event('response.function_call_arguments.delta', { ...at, delta }),
        )
      : [];
  return [
    event('response.output_item.added', { output_index, item: empty }),
    ...summary,
    ...content,
    ...code,
    ...args,
    event('response.output_item.done', { output_index, item }),
  ];
}

// Anthropic.

const messageHead = { id: 'msg_1', type: 'message', role: 'assistant', model: 'claude-haiku-4-5-20251001' };
const messageUsage = {
  input_tokens: 20,
  cache_creation_input_tokens: 30,
  cache_read_input_tokens: 50,
  output_tokens: 40,
  service_tier: 'standard',
};

/** A message, whole and as its events. */
export function messageWire(content: readonly Body[], stop_reason = 'end_turn'): Wire {
  const ended = { stop_reason, stop_sequence: null };
  return {
    answer: { ...messageHead, content, ...ended, usage: messageUsage },
    stream: [
      event('message_start', {
        message: {
          ...messageHead,
          content: [],
          stop_reason: null,
          stop_sequence: null,
          usage: { ...messageUsage, output_tokens: 1 },
        },
      }),
      event('ping', {}),
      ...content.flatMap(blockEvents),
      event('message_delta', { delta: ended, usage: messageUsage }),
      event('message_stop', {}),
    ],
  };
}

function blockEvents(block: Body, index: number): readonly string[] {
  const around = (start: Body, deltas: readonly Body[]): readonly string[] => [
    event('content_block_start', { index, content_block: start }),
    ...deltas.map((delta) => event('content_block_delta', { index, delta })),
    event('content_block_stop', { index }),
  ];
  switch (block['type']) {
    case 'text':
      return around({ type: 'text', text: '' }, [
        ...cut(String(block['text'])).map((text) => ({ type: 'text_delta', text })),
        ...listOf(block['citations']).map((citation) => ({ type: 'citations_delta', citation })),
      ]);
    case 'thinking':
      return around({ type: 'thinking', thinking: '', signature: '' }, [
        ...cut(String(block['thinking'])).map((thinking) => ({ type: 'thinking_delta', thinking })),
        { type: 'signature_delta', signature: block['signature'] },
      ]);
    case 'tool_use':
    case 'server_tool_use':
      return around({ ...block, input: {} }, [
        { type: 'input_json_delta', partial_json: '' },
        ...cut(JSON.stringify(block['input'])).map((partial_json) => ({
          type: 'input_json_delta',
          partial_json,
        })),
      ]);
    default:
      return around(block, []);
  }
}

// Google.

/** A candidate, whole and with each of its parts in a chunk of its own. */
export function geminiWire(parts: readonly Body[], more: Body = {}, finishReason = 'STOP'): Wire {
  const head = { responseId: 'resp-1' };
  const usageMetadata = {
    promptTokenCount: 100,
    cachedContentTokenCount: 40,
    candidatesTokenCount: 20,
    thoughtsTokenCount: 10,
    totalTokenCount: 130,
  };
  const chunk = (piece: readonly Body[], rest: Body = {}): string =>
    `data: ${JSON.stringify({ ...head, candidates: [{ index: 0, content: { role: 'model', parts: piece }, ...rest }], usageMetadata })}\r\n\r\n`;
  return {
    answer: {
      ...head,
      candidates: [{ index: 0, content: { role: 'model', parts }, finishReason, ...more }],
      usageMetadata,
    },
    stream: [...parts.map((part) => chunk([part])), chunk([{ text: '' }], { finishReason, ...more })],
  };
}
