// The streams of three vendors, as the events that they send.
import { models, type Serving, toolInputs, word } from '../workload.ts';

/** The events of a stream: what comes before the answer, its chunks, and the end. */
export interface Events {
  readonly before: readonly string[];
  readonly chunks: readonly string[];
  readonly after: readonly string[];
}

export const dialects = ['openai', 'anthropic', 'google'] as const;
/** Whose protocol a request is in. */
export type Dialect = (typeof dialects)[number];

const data = (body: object): string => `data: ${JSON.stringify(body)}\n\n`;
const named = (type: string, body: object): string => `event: ${type}\n${data({ type, ...body })}`;
const times = <T>(count: number, make: (index: number) => T): readonly T[] =>
  Array.from({ length: count }, (_, index) => make(index));
/** What goes with the first and the last of some chunks, so that their number stays. */
const around = (start: string, inside: readonly string[], end: string): readonly string[] =>
  inside.map((chunk, index) => (index === 0 ? start : '') + chunk + (index === inside.length - 1 ? end : ''));

function openai({ chunks, ...rest }: Serving): Events {
  const event = (delta: object, finish: string | null = null): string =>
    data({
      id: 'chatcmpl-CdW8aYJ9oQ2v1RkM3uHs7TfXbLz0E',
      object: 'chat.completion.chunk',
      created: 1763720000,
      model: models.openai,
      service_tier: 'default',
      system_fingerprint: 'fp_a7c4d2e1b9',
      choices: [{ index: 0, delta, logprobs: null, finish_reason: finish }],
      usage: null,
    });
  const usage = { prompt_tokens: 24, completion_tokens: chunks, total_tokens: 24 + chunks };
  const end = (finish: string): readonly string[] => [
    event({}, finish),
    data({
      id: 'chatcmpl-CdW8aYJ9oQ2v1RkM3uHs7TfXbLz0E',
      object: 'chat.completion.chunk',
      created: 1763720000,
      model: models.openai,
      choices: [],
      usage,
    }),
    'data: [DONE]\n\n',
  ];
  const before = [event({ role: 'assistant', content: rest.tools ? null : '', refusal: null })];
  if (!rest.tools)
    return { before, chunks: times(chunks, () => event({ content: word })), after: end('stop') };
  const calls = toolInputs({ chunks, ...rest }).map((pieces, index) => {
    const first = { index, id: `call_${index}`, type: 'function', function: { name: 'plot', arguments: '' } };
    const inside = pieces.map((piece) => event({ tool_calls: [{ index, function: { arguments: piece } }] }));
    return around(event({ tool_calls: [first] }), inside, '');
  });
  return { before, chunks: calls.flat(), after: end('tool_calls') };
}

function anthropic({ chunks, ...rest }: Serving): Events {
  const delta = (index: number, body: object): string => named('content_block_delta', { index, delta: body });
  const block = (index: number, body: object, inside: readonly string[]): readonly string[] =>
    around(
      named('content_block_start', { index, content_block: body }),
      inside,
      named('content_block_stop', { index }),
    );
  const usage = { input_tokens: 24, output_tokens: 1 };
  const message = {
    id: 'msg_01XFDUDYJgAACzvnptvVoYEL',
    type: 'message',
    role: 'assistant',
    model: models.anthropic,
    content: [],
    stop_reason: null,
    stop_sequence: null,
    usage,
  };
  const before = [named('message_start', { message })];
  const end = (reason: string): readonly string[] => [
    named('message_delta', {
      delta: { stop_reason: reason, stop_sequence: null },
      usage: { output_tokens: chunks },
    }),
    named('message_stop', {}),
  ];
  if (!rest.tools) {
    const texts = times(chunks, () => delta(0, { type: 'text_delta', text: word }));
    return { before, chunks: block(0, { type: 'text', text: '' }, texts), after: end('end_turn') };
  }
  const calls = toolInputs({ chunks, ...rest }).map((pieces, index) =>
    block(
      index,
      { type: 'tool_use', id: `toolu_${index}`, name: 'plot', input: {} },
      pieces.map((piece) => delta(index, { type: 'input_json_delta', partial_json: piece })),
    ),
  );
  return { before, chunks: calls.flat(), after: end('tool_use') };
}

function google(serving: Serving): Events {
  const { chunks } = serving;
  const usage = (tokens: number): object => ({
    promptTokenCount: 24,
    candidatesTokenCount: tokens,
    totalTokenCount: 24 + tokens,
  });
  const inputs = serving.tools === 'whole' ? toolInputs(serving) : undefined;
  const part = (number: number): object => {
    const input = inputs?.[number - 1]?.join('');
    return input === undefined
      ? { text: word }
      : { functionCall: { id: `call_${number}`, name: 'plot', args: JSON.parse(input) } };
  };
  const event = (tokens: number, finish?: string): string =>
    data({
      candidates: [
        {
          content: { parts: [part(tokens)], role: 'model' },
          ...(finish === undefined ? {} : { finishReason: finish }),
          index: 0,
        },
      ],
      usageMetadata: usage(tokens),
      modelVersion: models.google,
      responseId: 'kT4gaYmXJ9a2vdIP',
    });
  // The last chunk says itself that it is the last one.
  return {
    before: [],
    chunks: times(chunks, (index) => event(index + 1, index === chunks - 1 ? 'STOP' : undefined)),
    after: [],
  };
}

const makers: Readonly<Record<Dialect, (serving: Serving) => Events>> = { openai, anthropic, google };

/**
 * A stream as the packets that it is sent in. What comes before the first chunk is in the first packet, what comes after the last
 * one in the last.
 */
export function packetsOf(dialect: Dialect, serving: Serving): readonly Buffer[] {
  const { before, chunks, after } = makers[dialect](serving);
  const packets: string[] = [];
  for (let start = 0; start < chunks.length; start += serving.perPacket)
    packets.push(chunks.slice(start, start + serving.perPacket).join(''));
  packets[0] = before.join('') + (packets[0] ?? '');
  packets[packets.length - 1] += after.join('');
  return packets.map((packet) => Buffer.from(packet));
}
