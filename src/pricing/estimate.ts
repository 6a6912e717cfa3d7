import type { ResolvedTool } from '../types/provider.ts';
import type {
  ContentPart,
  Message,
  ToolApprovalResponsePart,
  ToolOutput,
  UserPart,
} from '../types/request/message.ts';
import { weigh } from './token-weights.ts';

/** Assumed tokens of an image or file; only the vendor knows the true number. */
const attachmentTokens = 1000;
/** Token overhead of a message beyond its text. */
const messageTokens = 4;

/** The most samples of a text, and the characters of each. A text of no more characters is looked at whole. */
const samples = 32;
const sampleLength = 32;
/** Spreads the samples unevenly, so that they fall on all parts of a text that repeats itself. */
const goldenRatio = 0.618;

/**
 * Estimated tokens of a text, or of several. Takes a few microseconds for any length: at most 1,024 characters are looked at, in
 * samples from all of it.
 *
 * The bound: within 30% of what OpenAI's tokenizer counts (`o200k_base`) for prose, source code, JSON, Chinese, Japanese, Korean and
 * base64 of 500 characters or more, and within 35% for texts of several kinds. Other vendors' tokenizers differ from that one.
 */
export function estimateTokens(text: string | readonly string[]): number {
  const texts = typeof text === 'string' ? [text] : text;
  let length = 0;
  for (const text of texts) length += text.length;
  if (length <= samples * sampleLength) {
    let tokens = 0;
    for (const text of texts) tokens += weigh(text, 0, text.length);
    return Math.ceil(tokens);
  }
  const distance = length / samples;
  let tokens = 0;
  let looked = 0;
  let index = 0;
  let begin = 0; // of the text at `index` in all of them
  for (let sample = 0; sample < samples; sample++) {
    const place = (sample + ((sample * goldenRatio) % 1)) * distance;
    let text = texts[index] ?? '';
    while (begin + text.length <= place && index < texts.length - 1) {
      begin += text.length;
      index += 1;
      text = texts[index] ?? '';
    }
    const start = Math.max(0, Math.min(Math.floor(place - begin), text.length - sampleLength));
    const end = Math.min(text.length, start + sampleLength);
    tokens += weigh(text, start, end);
    looked += end - start;
  }
  return Math.ceil((tokens * length) / looked);
}

/** Estimates the input of requests. */
export interface InputEstimate {
  /** Estimated tokens of a text: see `estimateTokens`. */
  readonly estimateTokens: typeof estimateTokens;
  /** Estimated input tokens of a request. Schemas and values that were in an earlier one are not looked at again. */
  estimateInput(messages: readonly Message[], tools?: readonly ResolvedTool[]): number;
}

export function inputEstimate(): InputEstimate {
  // A conversation sends the same tools and results with each of its requests.
  const known = new WeakMap<object, number>();
  const ofJson = (value: unknown): number => {
    if (typeof value !== 'object' || value === null) return estimateTokens(JSON.stringify(value) ?? '');
    const before = known.get(value);
    if (before !== undefined) return before;
    const tokens = estimateTokens(JSON.stringify(value));
    known.set(value, tokens);
    return tokens;
  };

  return {
    estimateTokens,
    estimateInput(messages, tools = []) {
      const texts: string[] = [];
      let tokens = messages.length * messageTokens;
      for (const { content } of messages) {
        if (typeof content === 'string') texts.push(content);
        else for (const part of content) tokens += addPart(part, texts, ofJson);
      }
      for (const tool of tools) {
        texts.push(tool.name);
        if (tool.type === 'provider') tokens += ofJson(tool.args);
        else {
          if (tool.description !== undefined) texts.push(tool.description);
          tokens += ofJson(tool.inputSchema);
          for (const { input } of tool.inputExamples ?? []) tokens += ofJson(input);
        }
      }
      return tokens + estimateTokens(texts);
    },
  };
}

/** Adds the text of a part. Returns the tokens of content other than text. */
function addPart(
  part: UserPart | ContentPart | ToolApprovalResponsePart,
  texts: string[],
  ofJson: (value: unknown) => number,
): number {
  switch (part.type) {
    case 'text':
    case 'reasoning':
      texts.push(part.text);
      return 0;
    case 'tool-call':
      return ofJson(part.input);
    case 'tool-result':
      return addOutput(part.output, texts, ofJson);
    case 'source':
    case 'custom':
    case 'tool-approval-request':
    case 'tool-approval-response':
      return 0;
    default:
      return attachmentTokens;
  }
}

function addOutput(output: ToolOutput, texts: string[], ofJson: (value: unknown) => number): number {
  if (output.type === 'content')
    return output.value.reduce((sum, part) => sum + addPart(part, texts, ofJson), 0);
  if (output.type === 'execution-denied') texts.push(output.reason ?? '');
  else if (typeof output.value === 'string') texts.push(output.value);
  else return ofJson(output.value);
  return 0;
}
