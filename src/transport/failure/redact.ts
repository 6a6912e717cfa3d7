/** Text that was sent with a request and must not appear in an error. */
export interface Sent {
  /** The call: its prompt, its messages, its values. */
  readonly call: object;
  /** Keys and header values. */
  readonly secrets: readonly string[];
}

const placeholder = '[redacted]';

/** Maximum number of characters of sent text to compare; for a longer request, nothing of the vendor's text is shown. */
const mostText = 4_000_000;

/** A vendor's text with fewer words than this in a row from the request shares them by chance. */
const windowSize = 3;
/** The same in letters: `is not a` identifies nothing. */
const windowLetters = 12;

/**
 * Removes from a vendor's text everything that the request, the key or the headers contain. Compares windows of words, so that
 * quotations are found whatever their punctuation, case or escapes. `undefined`: the text must not be shown at all.
 */
export function redact(text: string, { call, secrets }: Sent): string | undefined {
  const segments = textsIn(call);
  if (segments.reduce((sum, { text: { length } }) => sum + length, 0) > mostText) return undefined;
  const keyless = withoutKeys(text, secrets);
  // JSON escapes would be read as part of the next word.
  const words = wordsIn(keyless.replace(/\\[nrtbf"\\/]/g, '  '));
  const hidden = words.map(() => false);
  for (const segment of segments) hide(words, hidden, segment);
  return withoutHidden(keyless, words, hidden);
}

/** A word of a text, in lower case, and its position. */
interface Word {
  readonly word: string;
  readonly start: number;
  readonly end: number;
}

// Scripts that do not separate words are compared by character.
const wordPattern =
  /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Thai}\p{sc=Lao}\p{sc=Khmer}]|(?:(?![\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Thai}\p{sc=Lao}\p{sc=Khmer}])[\p{L}\p{N}\p{M}])+/gu;

function wordsIn(text: string): readonly Word[] {
  return [...text.matchAll(wordPattern)].map(({ 0: found, index }) => ({
    word: found.toLowerCase(),
    start: index,
    end: index + found.length,
  }));
}

/** A text that was sent. */
interface Segment {
  readonly text: string;
  /** Whether a single plain word of it counts: an option's value is not secret, but a one-word prompt may be. */
  readonly isContent: boolean;
}

/** Fields whose text comes from the protocol or the application, not from its users. */
const plainFields = new Set([
  'type',
  'role',
  'mediaType',
  'toolName',
  'toolCallId',
  'toolChoice',
  'id',
  'name',
  'model',
  'reasoning',
  'inputSchema',
  'responseFormat',
  'signal',
  'origin',
]);

function textsIn(call: object): readonly Segment[] {
  const found: Segment[] = [];
  const visit = (value: unknown, isContent: boolean, depth: number): void => {
    if (typeof value === 'string') found.push({ text: value, isContent });
    if (typeof value !== 'object' || value === null || depth > 64 || ArrayBuffer.isView(value)) return;
    if (value instanceof URL) found.push({ text: value.href, isContent });
    else if (Array.isArray(value)) for (const each of value) visit(each, isContent, depth + 1);
    else
      for (const [field, each] of Object.entries(value))
        if (!plainFields.has(field) || depth > 8)
          visit(each, isContent && field !== 'providerOptions', depth + 1);
  };
  visit(call, true, 0);
  return found;
}

/** Marks the words of a vendor's text that a sent text holds as well. */
function hide(words: readonly Word[], hidden: boolean[], { text, isContent }: Segment): void {
  const sent = wordsIn(text).map(({ word }) => word);
  const joined = ` ${sent.join(' ')} `;
  const isShort = sent.length < windowSize;
  if (sent.length === 0 || (sent.length === 1 && !isContent)) return;
  const size = isShort ? sent.length : windowSize;
  for (const [index, { word }] of words.entries()) {
    // A number or a name with digits is rare enough to be a quotation on its own, even if the vendor shortened it.
    if (word.length >= 6 && /\p{N}/u.test(word) && joined.includes(word)) hidden[index] = true;
    const window = words.slice(index, index + size).map((each) => each.word);
    if (window.length < size || !joined.includes(` ${window.join(' ')} `)) continue;
    if (isShort || window.join('').length >= windowLetters || !/^[\x20-\x7e]*$/.test(window.join('')))
      hidden.fill(true, index, index + size);
  }
}

/** A text without the words that are marked; neighbors become one mark. */
function withoutHidden(text: string, words: readonly Word[], hidden: readonly boolean[]): string {
  let shown = '';
  let at = 0;
  for (const [index, { start, end }] of words.entries()) {
    if (hidden[index] !== true) continue;
    if (hidden[index - 1] !== true) shown += text.slice(at, start) + placeholder;
    at = end;
  }
  return shown + text.slice(at);
}

/** Masked keys, and words in the form of keys, tokens, ids and binary data; Node's codes of TLS errors have it, too. */
const keyPatterns = [
  /\S*\*{2,}\S*/g,
  /\bBearer\s+\S+/gi,
  /\b(?:sk|pk|rk|gsk|csk|xai|hf|r8|nvapi|pplx|fw|key|AIza|ya29|eyJ)[-_.]?[\w-]*\d[\w.-]{4,}/g,
  /\b(?!ERR_SSL_)(?=\w*\d)(?=\w*[A-Za-z])\w{20,}/g,
  /(?<![A-Za-z0-9+=_-])(?!ERR_SSL_)[A-Za-z0-9+=_-]{40,}/g,
];

/** Minimum number of letters in a part of a key or header. */
const shortestPart = 4;

function withoutKeys(text: string, secrets: readonly string[]): string {
  let shown = text;
  const values = secrets.flatMap((secret) => [secret, secret.replace(/^(bearer|basic)\s+/i, '')]);
  for (const secret of new Set(values))
    if (secret.length >= shortestPart) shown = shown.replaceAll(secret, placeholder);
  for (const pattern of keyPatterns) shown = shown.replace(pattern, placeholder);
  // A part of a key, as in `the key that ends in 1234`.
  return shown.replace(/[\w-]{4,}/g, (part) =>
    part !== 'redacted' && /\d|[a-z][A-Z]/.test(part) && values.some((secret) => secret.includes(part))
      ? placeholder
      : part,
  );
}
