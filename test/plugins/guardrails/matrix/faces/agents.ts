import {
  Agent,
  type AgentInputItem,
  assistant,
  type Model,
  run,
  setTracingDisabled,
  tool,
  user,
} from '@openai/agents';
import { aisdk } from '@openai/agents-extensions/ai-sdk';
import type { Router } from 'signalbox';
import { toProvider } from 'signalbox/ai-sdk';
import { z } from 'zod';
import { type Ask, before, collect, type Face, hasTool, pdf, zodFormat } from './face.ts';

/** An agent runs its tool when an answer calls it. */
const agent = (router: Router, ask: Ask, seen: unknown[]) =>
  new Agent({
    name: 'A',
    instructions: 'Answer.',
    model: aisdk(toProvider(router)()) as Model,
    ...(ask.object === undefined ? {} : { outputType: zodFormat }),
    tools:
      ask.object !== undefined
        ? []
        : [
            tool({
              name: 'lookup',
              description: 'x',
              parameters: z.object({ q: z.string() }),
              execute: async (input) => {
                seen.push(input);
                return 'y';
              },
            }),
          ],
  });
/** The conversation as items, of which an agent keeps its sessions. */
function items(ask: Ask): AgentInputItem[] {
  const { text, reasoning, toolArguments = 'x', toolResult = 'y', fileName } = ask;
  const all: AgentInputItem[] = [user('Hi')];
  // Signed by Anthropic, which gets it back.
  const providerData = { model: 'signalbox:default', anthropic: { signature: 'sig' } };
  if (reasoning !== undefined)
    all.push({ type: 'reasoning', content: [{ type: 'input_text', text: reasoning }], providerData });
  if (hasTool(ask)) {
    const call = { callId: 'c1', name: 'lookup', status: 'completed' } as const;
    all.push(
      { type: 'function_call', ...call, arguments: JSON.stringify({ q: toolArguments }) },
      { type: 'function_call_result', ...call, output: { type: 'text', text: toolResult } },
    );
  } else all.push(assistant(before(ask)));
  if (fileName === undefined) return [...all, user(text)];
  const file = {
    type: 'input_file',
    file: `data:application/pdf;base64,${pdf}`,
    filename: fileName,
  } as const;
  return [...all, { role: 'user', content: [{ type: 'input_text', text }, file] }];
}
export const agents: Face = {
  name: 'OpenAI Agents',
  places: ['text', 'reasoning', 'tool arguments', 'tool results', 'structured output', 'file names'],
  shows: ['text', 'reasoning', 'tool arguments', 'structured output'],
  async chat(router, ask) {
    setTracingDisabled(true);
    const seen: unknown[] = [];
    const { finalOutput, newItems } = await run(agent(router, ask, seen), items(ask), { maxTurns: 3 });
    return [finalOutput, seen, newItems.map(({ rawItem }) => rawItem)];
  },
  async stream(router, ask) {
    setTracingDisabled(true);
    const seen: unknown[] = [];
    const streamed = await run(agent(router, ask, seen), items(ask), { stream: true, maxTurns: 3 });
    const texts = await collect(streamed.toTextStream());
    await streamed.completed;
    return [texts, seen, streamed.finalOutput, streamed.newItems.map(({ rawItem }) => rawItem)];
  },
};
