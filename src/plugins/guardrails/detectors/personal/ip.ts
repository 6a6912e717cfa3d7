import { isLabeled } from '../matching.ts';

/**
 * Whether four numbers are an address: in range, and not a loopback address, a mask, or a version or section number
 * (`Chrome/120.0.0.0`).
 */
export function isAddress4(value: string, text: string, at: number): boolean {
  const parts = value.split('.');
  if (parts.some((part) => Number(part) > 255 || (part.length > 1 && part.startsWith('0')))) return false;
  if (/^(?:0|127|255)\./.test(value)) return false;
  return !isLabeled(
    text,
    at,
    /(?:\bv|§ ?|\b(?:version|ver|release|build|section|abschnitt|chapter|kapitel|chapitre|clause|article|figure|table|kernel|driver|firmware)\W{0,3}|[A-Za-z][\w.-]{0,30}(?<!:)\/)$/i,
  );
}

/** RFC 4291, section 2.2: eight groups, or fewer around one `::`. */
export function isAddress6(value: string): boolean {
  const halves = value.split('::');
  if (halves.length > 2 || value === '::' || value === '::1') return false;
  const groups = halves.flatMap((half) => (half === '' ? [] : half.split(':')));
  if (groups.some((group) => !/^[\da-fA-F]{1,4}$/.test(group))) return false;
  // `a::b` and `1::3` in code: an address has more than two groups, or a long one.
  const isLong = groups.length > 2 || groups.some((group) => group.length > 2 && /\d|^f[cde]/i.test(group));
  if (halves.length === 2) return groups.length <= 7 && isLong;
  return groups.length === 8;
}
