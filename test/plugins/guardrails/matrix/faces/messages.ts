import type { Message } from 'signalbox';
import { type Ask, before, hasTool, pdf } from './face.ts';

/** The conversation in the router's own form, which the AI SDK shares. */
export function messages(ask: Ask): readonly Message[] {
  const { text, reasoning, toolArguments = 'x', toolResult = 'y', fileName } = ask;
  const call = {
    type: 'tool-call',
    toolCallId: 'c1',
    toolName: 'lookup',
    input: { q: toolArguments },
  } as const;
  const output = { type: 'text', value: toolResult } as const;
  const earlier: Message[] = [
    { role: 'user', content: 'Hi' },
    {
      role: 'assistant',
      content: [
        ...(reasoning === undefined ? [] : [thought(reasoning)]),
        hasTool(ask) ? call : { type: 'text', text: before(ask) },
      ],
    },
    ...(hasTool(ask)
      ? [
          {
            role: 'tool',
            content: [{ type: 'tool-result', toolCallId: 'c1', toolName: 'lookup', output }],
          } as const,
        ]
      : []),
  ];
  const file = {
    type: 'file',
    data: pdf,
    mediaType: 'application/pdf',
    filename: fileName ?? 'a.pdf',
  } as const;
  return [
    ...earlier,
    { role: 'user', content: fileName === undefined ? text : [{ type: 'text', text }, file] },
  ];
}

/** Signed by Anthropic, which gets it back. */
function thought(text: string) {
  return { type: 'reasoning', text, providerOptions: { anthropic: { signature: 'sig' } } } as const;
}
