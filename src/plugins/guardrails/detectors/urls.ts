import { checkObject, refuse, show } from '../../../util/option-check.ts';
import type { Detector, Finding } from '../types.ts';
import { holdRun } from './hold.ts';

const url =
  /(?<![\w.@-])(?:(?:https?|ftp|wss?):\/\/|www\.)[\x21\x23-\x26\x2a-\x3b\x3d\x3f-\x5b\x5c\x5f\x61-\x7a\x7e]{1,2040}/gi;

/**
 * Finds URLs that are not on a list: against links that exfiltrate data and links that a model invents. An
 * entry is a host, which includes its subdomains, or a URL, which includes everything below its path.
 *
 * @throws ConfigError for an entry that is neither a host nor a URL
 * @example
 * guardrails([block(urls({ allow: ['example.com', 'https://github.com/acme/'] }), { on: ['output'] })])
 */
export function urls(options: { readonly allow: readonly string[] }): Detector {
  const { allow } = checkObject('urls', options, ['allow']);
  if (!Array.isArray(allow)) refuse('urls.allow', 'a list of hosts and URLs', show(allow));
  const allowed = allow.map((entry, index) => {
    const parsed = typeof entry === 'string' ? parse(entry) : undefined;
    if (parsed === undefined) refuse(`urls.allow[${index}]`, 'a host or a URL', show(entry));
    return {
      host: parsed.host,
      path: parsed.pathname,
      scheme: /^\w+:\/\//.test(entry) ? parsed.protocol : undefined,
    };
  });
  const isAllowed = (text: string): boolean => {
    const parsed = parse(text);
    if (parsed === undefined || parsed.username !== '') return false;
    return allowed.some(({ host, path, scheme }) => {
      if (scheme === undefined) return parsed.host === host || parsed.host.endsWith(`.${host}`);
      return parsed.protocol === scheme && parsed.host === host && isBelow(parsed.pathname, path);
    });
  };
  return {
    name: 'urls',
    longest: 2048,
    hold: holdRun,
    maybe: (text, from) => /:\/\/|www\./i.test(text.slice(from)),
    find(text) {
      const found: Finding[] = [];
      for (const match of text.matchAll(url)) {
        const value = match[0].replace(/[.,:;!?*]+$/, '');
        if (!isAllowed(value))
          found.push({ start: match.index, end: match.index + value.length, entity: 'URL' });
      }
      return found;
    },
  };
}

function parse(text: string): URL | undefined {
  return URL.parse(/^\w+:\/\//.test(text) ? text : `https://${text}`) ?? undefined;
}

function isBelow(path: string, root: string): boolean {
  return path === root || path.startsWith(root.endsWith('/') ? root : `${root}/`);
}
