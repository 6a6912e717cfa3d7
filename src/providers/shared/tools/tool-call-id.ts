import { fingerprint } from '../../../util/fingerprint.ts';

/** A vendor's rules for tool call IDs. */
export interface ToolCallIds {
  readonly pattern: RegExp;
  /** Length of a generated ID. */
  readonly length: number;
}

/**
 * Converts another vendor's ID to one this vendor accepts. Deterministic, so that a call and its result get
 * the same ID.
 */
export function fitToolCallId(id: string, { pattern, length }: ToolCallIds): string {
  if (pattern.test(id)) return id;
  let made = '';
  for (let seed = 0; made.length < length; seed++) made += fingerprint(id, seed);
  return made.slice(0, length);
}

/**
 * Gives each tool call of one answer a unique ID, because results refer to calls by ID: the vendor's ID, or a
 * new one if it is missing or a duplicate.
 */
export function ownToolCallIds(): (given: unknown) => string {
  const taken = new Set<string>();
  return (given) => {
    const id = typeof given === 'string' && given !== '' && !taken.has(given) ? given : crypto.randomUUID();
    taken.add(id);
    return id;
  };
}
