/** URL patterns by media type, in the form that capabilities and the AI SDK share. */
type Urls = Readonly<Record<string, readonly RegExp[]>>;

/** The URL patterns that all of several targets can fetch: of each, the narrowest. */
export function commonUrls(targets: readonly Urls[]): Record<string, RegExp[]> {
  const common: Record<string, RegExp[]> = {};
  for (const [type, patterns] of targets.flatMap((urls) => Object.entries(urls))) {
    for (const pattern of patterns) {
      const known = common[type]?.some(({ source }) => source === pattern.source) === true;
      if (known || !targets.every((urls) => covers(urls, type, pattern))) continue;
      common[type] = [...(common[type] ?? []), pattern];
    }
  }
  return common;
}

function covers(urls: Urls, type: string, pattern: RegExp): boolean {
  return Object.entries(urls).some(
    ([wider, patterns]) =>
      coversType(wider, type) &&
      patterns.some((other) => other.source === pattern.source || coversScheme(other, pattern)),
  );
}

function coversType(wider: string, type: string): boolean {
  if (wider === '*' || wider === '*/*' || wider === type) return true;
  return wider.endsWith('/*') && type.startsWith(wider.slice(0, -1));
}

/** Only expressions for a whole scheme, `^https?:` and `^https:`, can be recognized as containing others. */
function coversScheme({ source: wider }: RegExp, { source }: RegExp): boolean {
  const scheme = /^\^https(\??):(\\\/\\\/)?(\.\*\$?)?$/.exec(wider)?.[1];
  return scheme === '?' ? /^\^https?\??:/.test(source) : scheme === '' && source.startsWith('^https:');
}
