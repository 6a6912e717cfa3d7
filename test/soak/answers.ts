/** What a vendor is to say to request number `n`, and how many tokens that takes: vendors and callers agree on it without talking. */
export interface Expected {
  readonly text: string;
  readonly pieces: readonly string[];
  readonly inputTokens: number;
  readonly outputTokens: number;
}

export function expectedAnswer(n: number): Expected {
  const pieces = [
    `${n}:`,
    ...Array.from({ length: 4 + (n % 9) }, (_, index) => ` ${(n * 7 + index * 13) % 1_000}`),
  ];
  return { text: pieces.join(''), pieces, inputTokens: 10 + (n % 50), outputTokens: pieces.length };
}

export const promptOf = (n: number): string => `request ${n}`;
export const numberIn = (text: string): number => Number(/request (\d+)/.exec(text)?.[1]);

/** The languages that vendors speak. */
export const dialects = ['openai', 'anthropic', 'google', 'openai-compatible'] as const;
export type Dialect = (typeof dialects)[number];

export const faults = ['500', '429', 'reset', 'silence', 'cut', 'inside', 'slow', 'html'] as const;
export type Fault = (typeof faults)[number];

/** How a vendor behaves from now on: a share of its requests gets the fault. */
export interface Orders {
  readonly fault: Fault;
  readonly share: number;
}
