import { fingerprint } from '../../util/fingerprint.ts';

/** What ids of tool calls a vendor takes. */
export interface ToolCallIds {
  readonly pattern: RegExp;
  /** Length of an id that is made where one does not fit. */
  readonly length: number;
}

/**
 * An id that another vendor gave, as this one takes it. A call and its result become the same id, because the same text
 * always does.
 */
export function fitToolCallId(id: string, { pattern, length }: ToolCallIds): string {
  if (pattern.test(id)) return id;
  let made = '';
  for (let seed = 0; made.length < length; seed++) made += fingerprint(id, seed);
  return made.slice(0, length);
}

/**
 * Gives each call of one answer an id of its own: the vendor's, or a new one where the vendor gives none or one that another
 * call has already. Results refer to calls by their ids.
 */
export function ownToolCallIds(): (given: unknown) => string {
  const taken = new Set<string>();
  return (given) => {
    const id = typeof given === 'string' && given !== '' && !taken.has(given) ? given : crypto.randomUUID();
    taken.add(id);
    return id;
  };
}
