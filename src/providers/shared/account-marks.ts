import type { ProviderCall } from '../../types/provider.ts';
import type { JSONObject } from '../../types/request/json.ts';
import type {
  ContentPart,
  Message,
  ProviderOptions,
  ToolApprovalResponsePart,
  ToolResultPart,
} from '../../types/request/message.ts';
import type { Warning } from '../../types/result/result.ts';

/**
 * Signatures, encrypted reasoning and item IDs are valid only for the account that created them: under
 * another key of the same vendor, the whole request is rejected. So everything a provider puts into a part's
 * `providerOptions` is marked with the account and sent only to that account. The data stays in the history
 * for later requests to it.
 */

interface Marked {
  readonly providerOptions?: ProviderOptions;
}

/** The account of a call: that of the key in its options, or the provider's. */
export function accountFor<Account extends string | undefined>(
  { auth }: Pick<ProviderCall, 'auth'>,
  { account, accountOf }: { readonly account: Account; accountOf?(apiKey: string): string },
): Account | string {
  return auth?.apiKey === undefined || accountOf === undefined ? account : accountOf(auth.apiKey);
}

/** Marks a part of an answer with the account that created it. */
export function mark<P extends object>(part: P, provider: string, account: string | undefined): P {
  const { providerOptions } = part as Marked;
  const own = providerOptions?.[provider];
  if (own === undefined || account === undefined) return part;
  return { ...part, providerOptions: { ...providerOptions, [provider]: { ...own, account } } };
}

/**
 * Options that only the account that created them accepts, by the names that our providers and the AI SDK's use: signatures,
 * encrypted reasoning, ids of stored items, and results of vendors' own tools. All other options of a part may be the
 * application's own.
 */
const bound = new Set([
  'account',
  'signature',
  'redactedData',
  'block',
  'item',
  'itemId',
  'phase',
  'annotations',
  'item_id',
  'reasoningEncryptedContent',
  'reasoning_encrypted_content',
  'audio',
  'part',
  'thoughtSignature',
  'thought_signature',
  'extra_content',
  'reasoning_details',
]);

/**
 * Prepares a conversation for one account: removes the marks, and the data marked by other accounts of the vendor. Also removes
 * unmarked data, if the call requests it.
 */
export function recall(
  messages: readonly Message[],
  provider: string,
  account: string | undefined,
  unmarked: ProviderCall['unmarked'],
): readonly Message[] {
  const affected = ({ providerOptions }: Marked): boolean => {
    const own = providerOptions?.[provider];
    return own !== undefined && (own['account'] !== undefined || unmarked === 'leave-out');
  };
  let isAffected = false;
  for (const { role, content } of messages)
    isAffected ||= role === 'assistant' && typeof content !== 'string' && content.some(affected);
  if (!isAffected) return messages;
  return messages.map((message) => {
    const { role, content } = message;
    if (role !== 'assistant' || typeof content === 'string') return message;
    return {
      ...message,
      content: content.map((part) => (affected(part) ? unmark(part, provider, account) : part)),
    };
  });
}

function unmark<P extends Marked>(part: P, provider: string, account: string | undefined): P {
  const { [provider]: own = {}, ...others } = part.providerOptions ?? {};
  const { account: maker, ...rest } = own;
  if (maker === undefined) return { ...part, providerOptions: { ...others, [provider]: withoutBound(own) } };
  return { ...part, providerOptions: maker === account ? { ...others, [provider]: rest } : others };
}

function withoutBound(own: JSONObject): JSONObject {
  return Object.fromEntries(Object.entries(own).filter(([name]) => !bound.has(name)));
}

/**
 * The tool results in a message. Approval responses are meant for another vendor and are left out with a
 * warning.
 */
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
  reasoning: 'reasoning from another vendor or account is omitted',
  'vendor tools': 'results of another vendor’s own tools are omitted',
  'vendor parts': 'vendor-specific parts of another vendor are omitted',
};

/** Warns about a part that only the vendor that created it can accept. */
export function leaveOutForeign({ type }: ContentPart, warnings: Warning[]): void {
  if (type === 'reasoning-file') leftOut(warnings, 'reasoning');
  if (type === 'custom') leftOut(warnings, 'vendor parts');
}

/** Warns, once per kind, that part of the history is not sent to this target. */
export function leftOut(warnings: Warning[], what: keyof typeof leftOutDetails): void {
  const feature = 'history';
  const details = leftOutDetails[what];
  if (!warnings.some((warning) => warning.details === details))
    warnings.push({ type: 'changed', feature, details });
}
