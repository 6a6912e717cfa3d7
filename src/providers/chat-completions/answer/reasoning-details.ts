import type { JSONObject, JSONValue } from '../../../types/request/json.ts';
import { asObject, asText, type Wire } from '../../../util/json.ts';

/** Fields of a block that come in pieces. */
const texts: readonly string[] = ['text', 'summary', 'data'];

/** What a block of `reasoning_details` says in plain words. */
export function textOfDetails(detail: Wire): string {
  return asText(detail['text']) ?? asText(detail['summary']) ?? '';
}

/**
 * The blocks of `reasoning_details` whose pieces came in a stream: the signature of a block is only good for the whole of it.
 * Pieces of a block share their type and index; without an index, they follow one another up to the signature
 * (https://openrouter.ai/docs/use-cases/reasoning-tokens, https://github.com/OpenRouterTeam/ai-sdk-provider/issues/423).
 */
export function joinDetails(pieces: readonly JSONValue[]): readonly JSONValue[] {
  const blocks: JSONValue[] = [];
  for (const piece of pieces) {
    const wire = asObject(piece);
    const at = wire === undefined ? -1 : blocks.findLastIndex((block) => isOneBlock(asObject(block), wire));
    const isLast = at === blocks.length - 1;
    if (at === -1 || (wire?.['index'] === undefined && !isLast)) blocks.push(piece);
    else blocks[at] = joined(asObject(blocks[at]) ?? {}, wire ?? {});
  }
  return blocks;
}

function isOneBlock(block: Wire | undefined, piece: Wire): boolean {
  if (block === undefined || block['type'] !== piece['type']) return false;
  if (!agree(block['id'], piece['id'])) return false;
  if (typeof piece['index'] === 'number') return block['index'] === piece['index'];
  // What is encrypted comes whole.
  return block['type'] !== 'reasoning.encrypted' && !isGiven(block['signature']);
}

function agree(one: unknown, other: unknown): boolean {
  return !isGiven(one) || !isGiven(other) || one === other;
}

function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null && value !== '';
}

function joined(block: Wire, piece: Wire): JSONObject {
  const fields = new Map(Object.entries(block));
  for (const [name, value] of Object.entries(piece)) {
    if (!isGiven(value)) continue;
    const before = fields.get(name);
    const isText = texts.includes(name) && typeof before === 'string';
    fields.set(name, isText ? `${before}${asText(value) ?? ''}` : value);
  }
  return Object.fromEntries(fields) as JSONObject;
}
