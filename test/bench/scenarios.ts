// What is played: everyone in each scenario does the same requests, in turns.

import type { Task } from './client/turn.ts';
import { type ContenderName, contenderNames } from './contenders/index.ts';
import { chatsOnly, type PromptSize } from './workload.ts';

export interface Scenario {
  readonly name: string;
  readonly title: string;
  readonly task: Task;
  readonly contenders: readonly ContenderName[];
  /** Takes too long for `--quick`. */
  readonly long?: boolean;
  /** Most rounds. */
  readonly rounds?: number;
  /** Whether everyone first plays a turn that is not counted. Default: yes. */
  readonly warmUp?: boolean;
}

/** Microseconds between packets: long enough that most contenders are ready for the next one. */
const pace = { one: 200, twenty: 1_000 };

const chat = (concurrency: number, requests: number): Scenario => ({
  name: `chat-${concurrency}`,
  title: `Chats, ${concurrency} at a time`,
  task: { kind: 'chat', requests, concurrency, serving: chatsOnly },
  contenders: contenderNames,
});

function stream(chunks: number, perPacket: 1 | 20, requests: number): Scenario {
  const between = perPacket === 1 ? pace.one : pace.twenty;
  return {
    name: `stream-${chunks}x${perPacket}`,
    title: `Streams of ${chunks.toLocaleString('en-US')} chunks, ${perPacket === 1 ? 'one' : 'twenty'} a packet`,
    task: {
      kind: 'stream',
      requests,
      concurrency: 1,
      serving: { chunks, perPacket, pace: between, tools: false },
    },
    contenders: contenderNames,
    ...(chunks === 2_000 && perPacket === 1 ? { long: true, rounds: 5 } : {}),
  };
}

/** Beside `short` prompts, which are in all other scenarios. `ai` and its peers add what they add to a short one. */
const longPrompt = (prompt: PromptSize, requests: number): Scenario => ({
  name: `prompt-${prompt.replace(' ', '').toLowerCase()}`,
  title: `Chats with a prompt of ${prompt}, one at a time`,
  task: { kind: 'chat', prompt, requests, concurrency: 1, serving: chatsOnly },
  contenders: [...plain, 'ai', 'ai-signalbox'],
});
const plain: readonly ContenderName[] = [
  'fetch',
  ...(['openai', 'anthropic', 'google'] as const),
  ...(['signalbox-openai', 'signalbox-anthropic', 'signalbox-google', 'signalbox-compatible'] as const),
];

const picture: Scenario = {
  name: 'picture',
  title: 'Chats with a picture of 10 MB, given as bytes',
  task: { kind: 'picture', requests: 3, concurrency: 1, serving: chatsOnly },
  contenders: ['openai', 'signalbox-openai', 'signalbox-compatible'],
};

/** Gemini sends tool calls whole. */
const ofGemini: readonly ContenderName[] = ['google', 'signalbox-google'];
const tools: Scenario = {
  name: 'tools',
  title: 'Streams of two tool calls, 200 chunks, one a packet',
  task: {
    kind: 'tools',
    requests: 10,
    concurrency: 1,
    serving: { chunks: 200, perPacket: 1, pace: pace.one, tools: 'pieces' },
  },
  contenders: contenderNames.filter((name) => !ofGemini.includes(name)),
};
const wholeTools: Scenario = {
  name: 'whole-tools',
  title: 'Streams of 20 whole tool calls, one a packet, as Gemini sends them',
  task: {
    kind: 'tools',
    requests: 50,
    concurrency: 1,
    serving: { chunks: 20, perPacket: 1, pace: pace.one, tools: 'whole' },
  },
  contenders: ofGemini,
};

const inFlight = (concurrency: number): Scenario => ({
  name: `in-flight-${concurrency}`,
  title: `${concurrency.toLocaleString('en-US')} requests in flight`,
  task: { kind: 'chat', requests: Math.max(1_000, concurrency), concurrency, serving: chatsOnly },
  contenders: ['openai', 'signalbox-openai', 'signalbox-compatible'],
});
/** More connections than a system lets in at once: they are opened little by little, and all wait for their answer. */
const manyInFlight: Scenario = {
  ...inFlight(10_000),
  task: {
    kind: 'chat',
    requests: 10_000,
    concurrency: 10_000,
    ramp: 2_500,
    serving: { ...chatsOnly, delay: 4_000 },
  },
  long: true,
  rounds: 3,
  warmUp: false,
};

export const scenarios: readonly Scenario[] = [
  chat(1, 2_000),
  chat(64, 5_120),
  longPrompt('4 KB', 600),
  longPrompt('100 KB', 200),
  picture,
  stream(20, 1, 25),
  stream(200, 1, 10),
  stream(2_000, 1, 1),
  stream(20, 20, 60),
  stream(200, 20, 50),
  stream(2_000, 20, 4),
  tools,
  wholeTools,
  ...[1, 10, 100, 1_000].map(inFlight),
  manyInFlight,
];

/** Parts of the bench that are no scenario: each has a process of its own. */
const otherParts = ['memory', 'start', 'router', 'sizes'] as const;
export const parts: readonly string[] = [...scenarios.map(({ name }) => name), ...otherParts];
/** The parts that take too long for `--quick`. */
export const longParts: readonly string[] = [
  ...scenarios.filter(({ long }) => long === true).map(({ name }) => name),
  'memory',
];

/** As many requests as fit into a minute for all. */
export function shortened({ task, ...scenario }: Scenario): Scenario {
  const isChat = task.kind === 'chat';
  const requests = Math.floor(task.requests / 16);
  return { ...scenario, task: { ...task, requests: Math.max(requests, isChat ? task.concurrency : 1) } };
}
