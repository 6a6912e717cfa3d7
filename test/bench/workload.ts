// What is asked and what is answered: the same for every contender, so that vendor and clients cannot disagree.

/** The names of the models that are asked for, by the dialect that a contender speaks. */
export const models = { openai: 'gpt-5-mini', anthropic: 'claude-haiku-4-5', google: 'gemini-2.5-flash' };

export const system = 'You answer in one or two plain sentences.';
/** With the system prompt, about 60 characters. */
export const prompt = 'Why is the sky blue?';

/** Prose of so many characters that repeats no sentence, as a document in a prompt does not. */
function report(characters: number): string {
  const lines: string[] = [];
  for (let line = 1, length = 0; length < characters; line++) {
    const text = `Day ${line}: station ${(line * 37) % 101} measured ${(line * 7_919) % 1_013} units of scattered light.`;
    lines.push(text);
    length += text.length + 1;
  }
  return lines.join('\n').slice(0, characters);
}

/** The prompts by their size. */
export const prompts = { short: prompt, '4 KB': report(4_096), '100 KB': report(102_400) };
export type PromptSize = keyof typeof prompts;

/** A picture of 10 MB, as far as anyone looks who does not decode it. */
export function picture(): Uint8Array {
  const bytes = new Uint8Array(10 * 2 ** 20);
  let state = 1;
  for (let at = 0; at < bytes.length; at++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0; // Numerical Recipes' generator
    bytes[at] = state >>> 24;
  }
  bytes.set([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return bytes;
}

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

/** The arguments of all tool calls of a stream, each in the pieces that it arrives in. */
export function toolInputs({ chunks, tools }: Serving): readonly (readonly string[])[] {
  if (tools === 'whole') return Array.from({ length: chunks }, () => toolInput(1));
  const pieces = toolInput(Math.max(1, Math.floor(chunks / toolCalls)));
  return Array.from({ length: toolCalls }, () => pieces);
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
  /** Calls of tools in place of text: two that arrive in pieces, or one in each chunk, as Gemini sends them. */
  readonly tools: false | 'pieces' | 'whole';
  /** Milliseconds until a chat is answered, or between the first packet of a stream and the others. Default: none. */
  readonly delay?: number;
}
