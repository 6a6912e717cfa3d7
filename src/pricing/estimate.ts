import { estimateTokenCount } from 'tokenx';
import type { ResolvedTool } from '../types/provider.ts';
import type {
  ContentPart,
  Message,
  ToolApprovalResponsePart,
  ToolOutput,
  UserPart,
} from '../types/request/message.ts';

/** Expected output tokens without a limit and without an earlier answer. */
export const usualOutputTokens = 500;
/** Assumed tokens of an image or file; only the vendor knows the true number. */
const attachmentTokens = 1000;
/** Token overhead of a message beyond its text. */
const messageTokens = 4;

/**
 * Estimated tokens of a text (tokenx: within a few percent for prose, less exact for JSON and other scripts).
 */
export function estimateTokens(text: string): number {
  return text === '' ? 0 : estimateTokenCount(text);
}

/** Estimated input tokens of a request. */
export function estimateInput(messages: readonly Message[], tools: readonly ResolvedTool[] = []): number {
  let tokens = 0;
  for (const message of messages) {
    tokens += messageTokens;
    if (typeof message.content === 'string') tokens += estimateTokens(message.content);
    else for (const part of message.content) tokens += estimatePart(part);
  }
  for (const tool of tools) tokens += estimateTokens(JSON.stringify(tool));
  return tokens;
}

function estimatePart(part: UserPart | ContentPart | ToolApprovalResponsePart): number {
  switch (part.type) {
    case 'text':
    case 'reasoning':
      return estimateTokens(part.text);
    case 'tool-call':
      return estimateTokens(JSON.stringify(part.input) ?? '');
    case 'tool-result':
      return estimateOutput(part.output);
    case 'source':
    case 'custom':
    case 'tool-approval-request':
    case 'tool-approval-response':
      return 0;
    default:
      return attachmentTokens;
  }
}

function estimateOutput(output: ToolOutput): number {
  if (output.type === 'content') {
    return output.value.reduce((sum, part) => sum + estimatePart(part), 0);
  }
  if (output.type === 'execution-denied') return estimateTokens(output.reason ?? '');
  return estimateTokens(
    typeof output.value === 'string' ? output.value : (JSON.stringify(output.value) ?? ''),
  );
}
