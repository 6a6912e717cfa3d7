import type { Message } from '../types/request/message.ts';
import type { ChatRequest } from '../types/request/request.ts';

/** What makes a request complex, each from 0 (absent) to 1 (the most that counts). */
export interface ComplexityParts {
  /** Of the last user message: 1 from 6,000 characters on. */
  readonly length: number;
  /** Code, or words about code. */
  readonly code: number;
  /** Formulas, or words about math. */
  readonly mathematics: number;
  /** Questions, list items, and words that request several steps, reasons or a comparison. */
  readonly steps: number;
  /** 1 from eight tools on. */
  readonly tools: number;
  /** 1 if the answer has to match a schema. */
  readonly schema: number;
  /** 1 from 21 messages on. */
  readonly messages: number;
}

/** How complex a request looks, in total and by part. */
export interface Complexity {
  /** 0 (simplest) to 1. */
  readonly score: number;
  /** How much each feature of the request adds. */
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

/** Characters of the last user message to look at: the question is at its beginning or its end. */
const head = 4_000;
const tail = 2_000;
const longest = head + tail;
const manyTools = 8;
const manyMessages = 20;

// All patterns are linear: they repeat spaces only.
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
 * How complex a request looks: a fast heuristic on the request alone. It reads the first 4,000 and the last 2,000 characters of the
 * last user message. Its words are English; its other signs work in any language.
 *
 * The score is 1 − Π(1 − weight × part), so each part can only raise it. Weights: code, math and steps 0.55 each; length 0.4;
 * tools and messages 0.3; schema 0.15.
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

/** A single question or message does not count. */
function beyondOne(amount: number): number {
  return Math.max(0, amount - 1);
}

function count(text: string, pattern: RegExp): number {
  return text.match(pattern)?.length ?? 0;
}

/** The part of the last user message to look at, and its whole length. */
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
