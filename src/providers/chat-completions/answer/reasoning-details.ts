import type { JSONObject, JSONValue } from '../../../types/request/json.ts';
import { asObject, asText, type Wire } from '../../../util/json.ts';

/** Fields of a block that arrive in pieces. */
const texts: readonly string[] = ['text', 'summary', 'data'];

/** The readable text of a block of `reasoning_details`. */
export function textOfDetails(detail: Wire): string {
  return asText(detail['text']) ?? asText(detail['summary']) ?? '';
}

/**
 * Joins the streamed pieces of `reasoning_details` to blocks, because a signature is valid only for its whole block. Pieces of a
 * block share type and index; without an index, they are consecutive up to the signature
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
  // Encrypted blocks arrive complete.
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
