import { type FaultServer, faultServer, json, type Received } from '../../../support/fault-server.ts';
import { claudeAnswer } from './claude.ts';
import { gptAnswer } from './gpt.ts';
import { guardianAnswer } from './guardian.ts';
import type { Plan } from './plan.ts';

/** Decides on the answer to a request. */
export type Planner = (received: Received) => Plan;

/** Vendors on one real socket: Messages, Responses, embeddings, and below `/guardian` what guards ask. */
export interface Vendor {
  readonly url: string;
  /** How requests are answered from now on. Forgets what it got. */
  plan(planner: Planner): void;
  /** The bytes of all requests since, without those of guards. */
  readonly sent: string;
  /** How many requests guards have sent since. */
  readonly asked: number;
  close(): Promise<void>;
}

export async function vendor(): Promise<Vendor> {
  let planner: Planner = () => ({ text: 'Done.' });
  const server: FaultServer = await faultServer((response, received) => {
    if (isOfGuard(received)) return guardianAnswer(received)(response, received);
    if (received.path.includes('embeddings')) return embeddings(received)(response, received);
    const answer = received.path.includes('responses') ? gptAnswer : claudeAnswer;
    return answer(planner(received))(response, received);
  });
  return {
    url: server.url,
    plan(next) {
      planner = next;
      server.received.length = 0;
    },
    get sent() {
      return server.received
        .filter((each) => !isOfGuard(each))
        .map(({ text }) => text)
        .join('\n');
    },
    get asked() {
      return server.received.filter(isOfGuard).length;
    },
    close: () => server.close(),
  };
}

function isOfGuard({ path }: Received): boolean {
  return path.startsWith('/guardian');
}

function embeddings({ body }: Received) {
  const { input } = body as { input: string | readonly string[] };
  const data = [input].flat().map((_, index) => ({ object: 'embedding', index, embedding: [1, 0] }));
  return json({ object: 'list', data, model: 'm', usage: { prompt_tokens: 1, total_tokens: 1 } });
}
