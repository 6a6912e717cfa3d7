import type { Message } from '../types/request/message.ts';
import type { ChatRequest } from '../types/request/request.ts';

/** What makes a request complex, each from 0 (nothing of it) to 1 (as much as is counted). */
export interface ComplexityParts {
  /** Of the last user message: 1 from 6,000 characters on. */
  readonly length: number;
  /** Code in it, or talk of code. */
  readonly code: number;
  /** Formulas in it, or talk of mathematics. */
  readonly mathematics: number;
  /** Questions, listed points, and words that ask for several steps, for reasons or for a comparison. */
  readonly steps: number;
  /** 1 from eight tools on. */
  readonly tools: number;
  /** 1 where the answer has to fit a schema. */
  readonly schema: number;
  /** 1 from 21 messages on. */
  readonly messages: number;
}

/** How complex a request looks. */
export interface Complexity {
  /** 0 (as simple as can be) to 1. */
  readonly score: number;
  readonly parts: ComplexityParts;
}

/** How far each part alone can raise the score. */
const weights: ComplexityParts = {
  length: 0.4,
  code: 0.55,
  mathematics: 0.55,
  steps: 0.55,
  tools: 0.3,
  schema: 0.15,
  messages: 0.3,
};

/** As much of the last user message is looked at: what is asked stands at its beginning or at its end. */
const head = 4_000;
const tail = 2_000;
const longest = head + tail;
const manyTools = 8;
const manyMessages = 20;

// Linear all: the only repetitions are of a space.
const fences = /```|~~~/g;
const codeSigns =
  /=>|[;{}] *$|\w\(\)|^ *(?:import|export|const|let|var|def|class|function|return|public|private|fn|func|struct|SELECT|INSERT|UPDATE|#include)\b/gm;
const codeWords =
  /\b(?:code|coding|refactor|debug|compiler?|stack ?trace|exception|segfault|deadlock|race condition|regex|SQL|API|unit tests?|algorithm|typescript|javascript|python|java|rust|golang|c\+\+|kubernetes|async|mutex|implement|script|parsers?|pars(?:es?|ing)|cache|threads?|concurren(?:t|cy)|distributed|data structures?|latency|backend|frontend|react|database|type ?error|undefined)(?!\w)/gi;
const formulas =
  /[∑∏∫√∂∇≤≥≠≈∞∈∀∃⊂]|\\(?:frac|sum|int|sqrt|lim|begin|cdot|partial)|\$\$|\w\^[\w({]|\d ?[=+*/×÷] ?\d/g;
const mathWords =
  /\b(?:prove|proof|theorem|lemma|primes?|prime numbers?|modulo|factorials?|vectors?|derivatives?|differentiate|integrals?|integrate|equations?|polynomials?|matrix|matrices|eigenvalues?|probability|combinatorics|calculate|compute|solve|optimi[sz]e|asymptotic|convergence)\b/gi;
const listed = /^ *[-*•] |(?<=^| )\d{1,2}[.)] /gm;
const stepWords =
  /\b(?:step by step|first|second(?:ly)?|third(?:ly)?|then|next|finally|after that|compare|contrast|trade-?offs?|pros and cons|analy[sz]e|evaluate|assess|critique|design|architect|plan|strategy|justify|derive|explain why|in detail|for each|each of|consider|propose|review|risks?|scenarios?|sensitivity|failure modes?|implications|take into account|edge cases?|requirements?)\b/gi;
const questions = /\?(?= |$|\n)/g;

/**
 * How complex a request looks: a guess by its outward signs, made in a fraction of a millisecond and of nothing but the
 * request. Of the last user message its first 4,000 and last 2,000 characters are looked at; its words are English ones, its
 * other signs those of any language.
 *
 * The score is 1 − Π(1 − weight × part): each part can only raise it, and none is needed. Weights: code, mathematics and
 * steps 0.55 each; length 0.4; tools and messages 0.3; schema 0.15. In a message that is looked at whole, one more sign never
 * lowers it.
 *
 * @example
 * complexityOf({ prompt: 'What is the capital of France?' }).score; // 0.002
 */
export function complexityOf(request: ChatRequest): Complexity {
  const { text, length } = lastOfUser(request);
  const parts: ComplexityParts = {
    length: share(length, longest),
    code: share(2 * count(text, fences) + count(text, codeSigns) + 2 * count(text, codeWords), 4),
    mathematics: share(count(text, formulas) + 2 * count(text, mathWords), 4),
    steps: share(beyondOne(count(text, questions)) + count(text, listed) + count(text, stepWords), 4),
    tools: share(request.tools?.length ?? 0, manyTools),
    schema: request.schema === undefined ? 0 : 1,
    messages: share(beyondOne(request.messages?.length ?? 1), manyMessages),
  };
  let simple = 1;
  for (const part of Object.keys(weights) as (keyof ComplexityParts)[])
    simple *= 1 - weights[part] * parts[part];
  return { score: 1 - simple, parts };
}

function share(amount: number, most: number): number {
  return Math.min(1, amount / most);
}

/** One question, or one message, is no sign of anything. */
function beyondOne(amount: number): number {
  return Math.max(0, amount - 1);
}

function count(text: string, pattern: RegExp): number {
  return text.match(pattern)?.length ?? 0;
}

/** As much of the last user message as is looked at, and how long all of it is. */
function lastOfUser({ prompt, messages = [] }: ChatRequest): {
  readonly text: string;
  readonly length: number;
} {
  const texts = prompt === undefined ? textsOf(messages.findLast(({ role }) => role === 'user')) : [prompt];
  const length = texts.reduce((sum, text) => sum + text.length, 0);
  if (length <= longest) return { text: texts.join('\n'), length };
  return { text: `${beginningOf(texts)}\n${endOf(texts)}`, length };
}

function textsOf(message: Message | undefined): readonly string[] {
  if (message === undefined) return [];
  if (typeof message.content === 'string') return [message.content];
  return message.content.flatMap((part) => (part.type === 'text' ? part.text : []));
}

function beginningOf(texts: readonly string[]): string {
  let start = '';
  for (const text of texts) {
    if (start.length >= head) break;
    start += text.slice(0, head - start.length);
  }
  return start;
}

function endOf(texts: readonly string[]): string {
  let end = '';
  for (const text of texts.toReversed()) {
    if (end.length >= tail) break;
    end = text.slice(-(tail - end.length)) + end;
  }
  return end;
}
