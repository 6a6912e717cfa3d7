// What is asked and what is answered: the same for every contender, so that vendor and clients cannot disagree.

/** The names of the models that are asked for, by the dialect that a contender speaks. */
export const models = { openai: 'gpt-5-mini', anthropic: 'claude-haiku-4-5', google: 'gemini-2.5-flash' };

export const system = 'You answer in one or two plain sentences.';
export const prompt = 'Why is the sky blue?';

/** About twenty tokens. */
export const answer =
  'Air scatters short waves of light more than long ones, so that blue comes from everywhere in the sky.';

/** The text of each chunk of a stream: one token. */
export const word = 'word ';

/** The tool of the tool-call streams, and how often a model calls it in one answer. */
export const tool = {
  name: 'plot',
  description: 'Draws points.',
  schema: {
    type: 'object' as const,
    properties: { points: { type: 'array' as const, items: { type: 'integer' as const } } },
    required: ['points'],
    additionalProperties: false,
  },
};
export const toolCalls = 2;

/** The arguments of a tool call that arrives in so many pieces, one number in each. */
export function toolInput(pieces: number): readonly string[] {
  const numbers = Array.from({ length: pieces }, (_, index) => `${1000 + index}`);
  return numbers.map((number, index) => {
    if (pieces === 1) return `{"points":[${number}]}`;
    if (index === 0) return `{"points":[${number}`;
    return index === pieces - 1 ? `,${number}]}` : `,${number}`;
  });
}

/** Only chats. */
export const chatsOnly: Serving = { chunks: 1, perPacket: 1, pace: 0, tools: false };

/** What the vendor serves until that changes. */
export interface Serving {
  /** Of a stream. Those of a tool-call stream are shared among its calls. */
  readonly chunks: number;
  /** How many chunks are written at once. */
  readonly perPacket: number;
  /** Least microseconds between two packets, so that a client that keeps up reads them one by one. */
  readonly pace: number;
  readonly tools: boolean;
  /** Milliseconds until a chat is answered. Default: at once. */
  readonly delay?: number;
}
