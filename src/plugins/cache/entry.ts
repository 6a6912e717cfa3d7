import type { ContentPart, ProviderOptions } from '../../types/request/message.ts';
import type { ChatResult, FinishReason, ServedAs, Warning } from '../../types/result/result.ts';
import type { StreamContent } from '../../types/result/stream-part.ts';
import type { Cost, Usage } from '../../types/result/usage.ts';
import { fromBase64, toBase64 } from '../../util/data-content.ts';
import { asObject, compact } from '../../util/json.ts';

/** Fields of every entry. */
interface EntryBase {
  /** Format version. Entries of another version are misses. */
  readonly v: 1;
  /** The key it was stored under. An entry that names another key is invalid. */
  readonly k: string;
  /** When its request began, in milliseconds since 1970. */
  readonly at: number;
  /** When it becomes stale, in milliseconds since 1970. */
  readonly freshUntil: number;
  /** Tags of the request that made it, for `invalidate`. */
  readonly tags: readonly string[];
  readonly target: string;
}

/** A stored answer to a chat or a stream. */
export interface ChatEntry extends EntryBase {
  readonly cost?: Cost;
  readonly content: readonly ContentPart[];
  readonly finishReason: FinishReason;
  readonly usage: Usage;
  readonly response: ServedAs & { readonly id?: string; readonly model?: string };
  readonly warnings: readonly Warning[];
  readonly providerMetadata: ProviderOptions;
  /** The parts in which a stream delivered it. */
  readonly parts?: readonly StreamContent[];
}

/** The stored embedding of one value. */
export interface VectorEntry extends EntryBase {
  readonly vector: readonly number[];
  readonly response: ServedAs & { readonly model?: string };
  /** Its share of the input tokens and of the cost in US$ of the call that made it. */
  readonly tokens?: number;
  readonly usd?: number;
}

/**
 * The stored part of an answer. Excludes its headers, limits and raw form, which belong to that one call, and
 * the form of another interface.
 */
export type EntryHead = Omit<EntryBase, 'v' | 'target'>;

export function toChatEntry(
  base: EntryHead,
  answer: ChatResult,
  parts: readonly StreamContent[] | undefined,
): ChatEntry {
  const { content, finishReason, usage, response, warnings, providerMetadata, target, cost } = answer;
  const { id, model, serviceTier, region } = response;
  return {
    v: 1,
    ...base,
    target,
    content,
    finishReason,
    usage,
    response: compact({ id, model, serviceTier, region }),
    warnings,
    providerMetadata,
    ...compact({ cost, parts }),
  };
}

/** An entry as the result that a router returned. */
export function toAnswer(entry: ChatEntry): ChatResult {
  const { content, finishReason, usage, response, warnings, providerMetadata, target, cost } = entry;
  return {
    content,
    finishReason,
    usage,
    response: { ...response, headers: {} },
    warnings,
    providerMetadata,
    target,
    cost,
    // The router fills in the rest from the content.
    text: '',
    reasoning: undefined,
    toolCalls: [],
    object: undefined,
    attempts: [],
    decision: undefined,
    raw: undefined,
  };
}

const bytesTag = 'signalbox:bytes';
const urlTag = 'signalbox:url';

/** JSON that preserves the types of bytes and URLs. */
export function serialize(entry: ChatEntry | VectorEntry): string {
  return JSON.stringify(entry, function (this: Readonly<Record<string, unknown>>, key, value: unknown) {
    const original = this[key]; // before `URL.toJSON`
    if (original instanceof Uint8Array) return { [bytesTag]: toBase64(original) };
    return original instanceof URL ? { [urlTag]: original.href } : value;
  });
}

function parse(text: string): unknown {
  if (!text.includes(bytesTag) && !text.includes(urlTag)) return JSON.parse(text);
  return JSON.parse(text, (_key, value: unknown) => {
    const object = asObject(value);
    if (object === undefined || Object.keys(object).length !== 1) return value;
    const { [bytesTag]: bytes, [urlTag]: url } = object;
    if (typeof bytes === 'string') return fromBase64(bytes);
    return typeof url === 'string' ? new URL(url) : value;
  });
}

/** Reads what a store returned for a key. Throws if that is not an entry of this version and key. */
export function readEntry(text: string, key: string): ChatEntry | VectorEntry {
  const entry = parse(text);
  if (isEntry(entry) && entry.k === key) return entry;
  throw new Error('the store returned something that is not an entry of this cache');
}

function isEntry(value: unknown): value is ChatEntry | VectorEntry {
  const entry = asObject(value);
  return (
    entry !== undefined &&
    entry['v'] === 1 &&
    isNumber(entry['at']) &&
    isNumber(entry['freshUntil']) &&
    isListOf(entry['tags'], (tag) => typeof tag === 'string') &&
    typeof entry['target'] === 'string' &&
    asObject(entry['response']) !== undefined &&
    ('vector' in entry ? isVector(entry) : isChat(entry))
  );
}

function isVector({ vector, tokens, usd }: Readonly<Record<string, unknown>>): boolean {
  const isOptional = (value: unknown): boolean => value === undefined || isNumber(value);
  return isListOf(vector, isNumber) && isOptional(tokens) && isOptional(usd);
}

function isChat(entry: Readonly<Record<string, unknown>>): boolean {
  return (
    isListOf(entry['content'], isPart) &&
    (entry['finishReason'] === 'stop' || entry['finishReason'] === 'tool-calls') &&
    asObject(entry['usage']) !== undefined &&
    isCost(entry['cost']) &&
    asObject(entry['providerMetadata']) !== undefined &&
    isListOf(entry['warnings'], (warning) => asObject(warning) !== undefined) &&
    (entry['parts'] === undefined || isListOf(entry['parts'], isPart))
  );
}

function isPart(part: unknown): boolean {
  const object = asObject(part);
  if (object === undefined || typeof object['type'] !== 'string') return false;
  const isText = /^(text|reasoning)(-delta)?$/.test(object['type']);
  return !isText || typeof object['text'] === 'string';
}

function isCost(cost: unknown): boolean {
  return cost === undefined || isNumber(asObject(cost)?.['total']);
}

function isNumber(value: unknown): boolean {
  return typeof value === 'number' && Number.isFinite(value);
}

function isListOf(value: unknown, isItem: (item: unknown) => boolean): boolean {
  return Array.isArray(value) && value.every(isItem);
}
