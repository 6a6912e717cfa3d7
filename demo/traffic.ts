import { setTimeout as sleep } from 'node:timers/promises';
import type { Router } from 'signalbox';

/** Outcomes of all requests. */
export interface Tally {
  started: number;
  answered: number;
  restarts: number;
  /** Requests that ended with an error. */
  readonly lost: string[];
  /** Answers that differ from the expected one. */
  readonly wrong: string[];
}

/** Sends requests, alternating chats and streams, and checks the answers. */
export interface Traffic {
  readonly tally: Tally;
  /** Sends `perSecond` requests per second, without waiting for one to end before the next. */
  run(seconds: number, perSecond: number): Promise<void>;
  /** Waits until all requests have ended. */
  finish(): Promise<void>;
}

const request = { system: 'Answer in three sentences.', prompt: 'Why is the sky blue?' };

export function traffic(router: Router, right: (text: string) => boolean, maxOutputTokens: number): Traffic {
  const tally: Tally = { started: 0, answered: 0, restarts: 0, lost: [], wrong: [] };
  const running = new Set<Promise<void>>();

  const ask = async (stream: boolean): Promise<string> => {
    if (!stream) return (await router.chat({ ...request, maxOutputTokens })).text;
    let text = '';
    for await (const part of await router.stream({ ...request, maxOutputTokens })) {
      if (part.type === 'text-delta') text += part.text;
      if (part.type === 'restart') {
        tally.restarts += 1;
        text = ''; // discard the text so far
      }
    }
    return text;
  };
  const one = async (): Promise<void> => {
    tally.started += 1;
    try {
      const text = await ask(tally.started % 2 === 0);
      tally.answered += 1;
      if (!right(text)) tally.wrong.push(text);
    } catch (error) {
      tally.lost.push(String(error));
    }
  };

  return {
    tally,
    async run(seconds, perSecond) {
      for (let sent = 0; sent < seconds * perSecond; sent++) {
        const asking = one().finally(() => running.delete(asking));
        running.add(asking);
        await sleep(1000 / perSecond);
      }
    },
    async finish() {
      await Promise.all(running);
    },
  };
}
