import { type Behavior, json } from '../../../support/fault-server.ts';
import { event, events, isStream, type Plan, pieces } from './plan.ts';

type Item = { readonly type: string; readonly id: string } & Readonly<Record<string, unknown>>;

const usage = { input_tokens: 10, output_tokens: 5, total_tokens: 15 };
/** OpenAI's verdict when a request has the `moderation` field. */
const moderation = { input: { flagged: false }, output: { flagged: true } };

/** An answer of the Responses API. */
export function gptAnswer(plan: Plan): Behavior {
  return (response, received) => {
    const output = itemsOf(plan);
    const isModerated = (received.body as { readonly moderation?: object }).moderation !== undefined;
    const open = { id: 'resp_1', object: 'response', created_at: 1, model: 'm', output: [], error: null };
    const whole = {
      ...open,
      status: 'completed',
      output,
      usage,
      ...(isModerated ? { moderation } : {}),
    };
    if (!isStream(received)) return json(whole)(response, received);
    return events([
      event('response.created', { response: { ...open, status: 'in_progress' } }),
      ...output.flatMap(streamed),
      event('response.completed', { response: whole }),
    ])(response, received);
  };
}

function itemsOf({ reasoning, text, toolArguments, toolResult, fileName }: Plan): readonly Item[] {
  const items: Item[] = [];
  if (reasoning !== undefined)
    items.push({ type: 'reasoning', id: 'rs_1', summary: [{ type: 'summary_text', text: reasoning }] });
  if (toolResult !== undefined)
    items.push({
      type: 'code_interpreter_call',
      id: 'ci_1',
      code: 'x',
      container_id: 'c',
      outputs: [{ type: 'logs', logs: toolResult }],
      status: 'completed',
    });
  if (text !== undefined) {
    const citation = { type: 'file_citation', file_id: 'file-1', filename: fileName, index: 0 };
    const annotations = fileName === undefined ? [] : [citation];
    const content = [{ type: 'output_text', text, annotations, logprobs: [] }];
    items.push({ type: 'message', id: 'msg_1', role: 'assistant', status: 'completed', content });
  }
  if (toolArguments !== undefined) {
    const call = { call_id: 'call_1', name: 'lookup', arguments: JSON.stringify(toolArguments) };
    items.push({ type: 'function_call', id: 'fc_1', ...call, status: 'completed' });
  }
  return items;
}

const empty: Readonly<Record<string, object>> = {
  message: { content: [] },
  reasoning: { summary: [] },
  function_call: { arguments: '' },
};

function streamed(item: Item, index: number): readonly string[] {
  const at = { item_id: item.id, output_index: index };
  return [
    event('response.output_item.added', { output_index: index, item: { ...item, ...empty[item.type] } }),
    ...deltas(item).map(([type, fields]) => event(type, { ...at, ...fields })),
    event('response.output_item.done', { output_index: index, item }),
  ];
}

function deltas(item: Item): readonly (readonly [type: string, fields: object])[] {
  if (item.type === 'reasoning') {
    const [{ text = '' } = {}] = item['summary'] as readonly { readonly text?: string }[];
    return pieces(text).map((delta) => [
      'response.reasoning_summary_text.delta',
      { summary_index: 0, delta },
    ]);
  }
  if (item.type === 'message') {
    const [part] = item['content'] as readonly { readonly text: string; readonly annotations: object[] }[];
    const at = { content_index: 0 };
    return [
      [
        'response.content_part.added',
        { ...at, part: { type: 'output_text', text: '', annotations: [], logprobs: [] } },
      ],
      ...pieces(part?.text ?? '').map(
        (delta) => ['response.output_text.delta', { ...at, delta, logprobs: [] }] as const,
      ),
      ...(part?.annotations ?? []).map(
        (annotation, order) =>
          ['response.output_text.annotation.added', { ...at, annotation_index: order, annotation }] as const,
      ),
      ['response.output_text.done', { ...at, text: part?.text, logprobs: [] }],
      ['response.content_part.done', { ...at, part }],
    ];
  }
  if (item.type !== 'function_call') return [];
  return pieces(String(item['arguments'])).map((delta) => [
    'response.function_call_arguments.delta',
    { delta },
  ]);
}
