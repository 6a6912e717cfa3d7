import type {
  ContentPart,
  Message,
  ProviderOptions,
  ToolApprovalResponsePart,
  ToolResultPart,
} from '../../types/request/message.ts';
import type { Warning } from '../../types/result/result.ts';

/**
 * Signatures, encrypted thoughts and ids of items are only taken back by the account that made them: under another key of
 * the same vendor they are refused, and the conversation with them. So whatever a provider puts into a part's
 * `providerOptions` carries the account's mark, and only that account sees it again. It stays in the history, for the day
 * when the conversation comes back.
 */

interface Marked {
  readonly providerOptions?: ProviderOptions;
}

/** A part of an answer with the mark of the account that made it. */
export function mark<P extends object>(part: P, provider: string, account: string | undefined): P {
  const { providerOptions } = part as Marked;
  const own = providerOptions?.[provider];
  if (own === undefined || account === undefined) return part;
  return { ...part, providerOptions: { ...providerOptions, [provider]: { ...own, account } } };
}

/** A conversation as one account may see it: without the marks, and without what another account of the vendor marked. */
export function recall(
  messages: readonly Message[],
  provider: string,
  account: string | undefined,
): readonly Message[] {
  const marked = ({ providerOptions }: Marked): boolean =>
    providerOptions?.[provider]?.['account'] !== undefined;
  return messages.map((message) => {
    const { role, content } = message;
    if (role !== 'assistant' || typeof content === 'string' || !content.some(marked)) return message;
    return {
      ...message,
      content: content.map((part) => (marked(part) ? unmark(part, provider, account) : part)),
    };
  });
}

function unmark<P extends Marked>(part: P, provider: string, account: string | undefined): P {
  const { [provider]: own = {}, ...others } = part.providerOptions ?? {};
  const { account: maker, ...rest } = own;
  return { ...part, providerOptions: maker === account ? { ...others, [provider]: rest } : others };
}

/** The results of tools in a message; answers to a vendor's own question are for that vendor alone. */
export function resultsIn(
  parts: readonly (ToolResultPart | ToolApprovalResponsePart)[],
  warnings: Warning[],
): readonly ToolResultPart[] {
  return parts.flatMap((part) => {
    if (part.type === 'tool-result') return [part];
    leftOut(warnings, 'vendor tools');
    return [];
  });
}

const leftOutDetails = {
  reasoning: 'thoughts of another vendor or account are left out',
  'vendor tools': 'what another vendor’s own tools did is left out',
  'vendor parts': 'what only another vendor understands is left out',
};

/** Parts of an answer that go back to none but their maker, who has them in another form. */
export function leaveOutForeign({ type }: ContentPart, warnings: Warning[]): void {
  if (type === 'reasoning-file') leftOut(warnings, 'reasoning');
  if (type === 'custom') leftOut(warnings, 'vendor parts');
}

/** Says once that something in the history is not for this target. */
export function leftOut(warnings: Warning[], what: keyof typeof leftOutDetails): void {
  const feature = 'history';
  const details = leftOutDetails[what];
  if (!warnings.some((warning) => warning.details === details))
    warnings.push({ type: 'changed', feature, details });
}
