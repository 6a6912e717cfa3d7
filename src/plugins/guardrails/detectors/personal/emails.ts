import type { Finding } from '../../types.ts';
import { isEuropean } from '../normalize.ts';

/** With letters of European scripts, as RFC 6531 allows. */
const domain =
  /(?:[A-Za-z\d\u00c0-\u052f](?:[A-Za-z\d\u00c0-\u052f-]{0,61}[A-Za-z\d\u00c0-\u052f])?\.){1,8}(?:xn--[A-Za-z\d-]{2,59}|[A-Za-z\u00c0-\u052f]{2,24})(?![A-Za-z\d@(\u00c0-\u052f-])/y;

/** Names of files, packages and units that look like addresses, such as `logo@2x.png`. */
const fileTypes =
  /\.(?:png|jpe?g|gif|svg|webp|avif|ico|css|scss|m?js|cjs|jsx|tsx?|json|ya?ml|md|html?|pdf|zip|gz|service|socket|timer|target)$/i;

function isLocal(code: number): boolean {
  return (
    (code >= 48 && code <= 57) ||
    (code >= 65 && code <= 90) ||
    (code >= 97 && code <= 122) ||
    code === 46 || // .
    code === 95 || // _
    code === 37 || // %
    code === 43 || // +
    code === 45 || // -
    code === 39 || // '
    isEuropean(code)
  );
}

/** E-mail addresses, found from their `@`, so that long texts without one cost nothing. */
export function findEmails(text: string, into: Finding[]): void {
  for (let at = text.indexOf('@'); at >= 0; at = text.indexOf('@', at + 1)) {
    let start = at;
    while (start > 0 && at - start < 64 && isLocal(text.charCodeAt(start - 1))) start--;
    while (start < at && /[.'+-]/.test(text[start] as string)) start++;
    if (start === at) continue;
    domain.lastIndex = at + 1;
    const match = domain.exec(text)?.[0];
    if (match === undefined || fileTypes.test(match)) continue;
    const end = at + 1 + match.length;
    if (isRemote(text, start, end)) continue;
    into.push({ start, end, entity: 'EMAIL' });
  }
}

/** `git@host:path`, `ssh://git@host` and `scheme://user:password@host` name servers. */
function isRemote(text: string, start: number, end: number): boolean {
  if (/^:[\w~/]/.test(text.slice(end, end + 2)) && !/^:\d+\b/.test(text.slice(end, end + 7))) return true;
  return /:\/\/(?:[^\s/]{0,64}:)?$/.test(text.slice(Math.max(0, start - 80), start));
}
