// One turn of one contender: so many requests, so many at a time, each checked.
import type { Client } from '../contenders/contender.ts';
import { answer, type PromptSize, picture, prompts, type Serving, toolInputs, word } from '../workload.ts';

/** What a contender is to do. */
export interface Task {
  readonly kind: 'chat' | 'stream' | 'tools' | 'picture';
  /** The size of the prompt. Default: `short`. */
  readonly prompt?: PromptSize;
  readonly requests: number;
  /** How many requests are under way at a time. */
  readonly concurrency: number;
  /** Milliseconds over which the first requests are spread. Default: all at once. */
  readonly ramp?: number;
  /** What the vendor serves meanwhile. */
  readonly serving: Serving;
}

/** What it took. */
export interface Turn {
  /** Of this process and all its threads, in microseconds for each request. */
  readonly cpu: number;
  readonly perSecond: number;
  /** Milliseconds that each request took. */
  readonly times: readonly number[];
  /** Milliseconds to the first token of each; none in chats. */
  readonly firsts: readonly number[];
}

type Ask = (first: () => void) => Promise<void>;

/** A request that is checked: a contender that is fast because it leaves something out would win nothing. */
export function asking(client: Client, { kind, serving, prompt = 'short' }: Task): Ask {
  const expectAnswer = (text: string): void => {
    if (text !== answer) throw new Error('another answer than the vendor’s');
  };
  if (kind === 'chat') return async () => expectAnswer(await client.chat(prompts[prompt]));
  if (kind === 'picture') {
    const bytes = picture();
    return async () => expectAnswer((await client.picture?.(bytes)) ?? 'no pictures');
  }
  if (kind === 'stream') {
    const expected = serving.chunks * word.length;
    return async (first) => {
      const characters = await client.stream(first);
      if (characters !== expected) throw new Error(`${characters} characters came, not ${expected}`);
    };
  }
  const { tools } = client;
  if (tools === undefined) throw new Error('no tool-call streams');
  const expected = JSON.stringify(toolInputs(serving).map((pieces) => JSON.parse(pieces.join(''))));
  return async (first) => {
    const inputs = await tools(first);
    if (JSON.stringify(inputs.filter((input) => input !== undefined)) !== expected)
      throw new Error('other tool calls than the vendor’s');
  };
}

/** Does a task. */
export async function play(client: Client, task: Task): Promise<Turn> {
  const ask = asking(client, task);
  const times: number[] = [];
  const firsts: number[] = [];
  let left = task.requests;
  const caller = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      const started = performance.now();
      await ask(() => firsts.push(performance.now() - started));
      times.push(performance.now() - started);
    }
  };
  const cpuBefore = process.cpuUsage();
  const started = performance.now();
  await atTimes(Math.min(task.concurrency, task.requests), task.ramp ?? 0, caller);
  const seconds = (performance.now() - started) / 1_000;
  const { user, system } = process.cpuUsage(cpuBefore);
  return { cpu: (user + system) / task.requests, perSecond: task.requests / seconds, times, firsts };
}

/** Starts so many callers, spread over so many milliseconds, and waits for all. */
async function atTimes(callers: number, ramp: number, caller: () => Promise<void>): Promise<void> {
  const running: Promise<void>[] = [];
  const started = performance.now();
  while (running.length < callers) {
    const due = ramp === 0 ? callers : callers * Math.min(1, (performance.now() - started) / ramp);
    while (running.length < due) running.push(caller());
    if (running.length < callers) await new Promise((resolve) => setTimeout(resolve, 5));
  }
  await Promise.all(running);
}
