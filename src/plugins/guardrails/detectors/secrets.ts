import { ConfigError } from '../../../errors.ts';
import type { Detector, Finding } from '../types.ts';
import { holdRun } from './hold.ts';
import { matches, type Rule } from './matching.ts';

/** The parts of `@secretlint/core` and its preset that are used. */
interface Secretlint {
  lint(text: string): Promise<readonly { readonly range: readonly number[]; readonly messageId: string }[]>;
}

/** Longest private key that is held back: an RSA key of 16,384 bits has about 12,800 characters. */
const longest = 13_000;

/** Key formats that secretlint's recommended rules lack, as documented by their vendors. */
const rules: readonly Rule[] = [
  // RFC 7519: three parts, the first two are JSON objects.
  { entity: 'JWT', pattern: /(?<![\w.-])eyJ[\w-]{8,2000}\.eyJ[\w-]{8,6000}\.[\w-]{16,1000}(?![\w-])/g },
  // https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html
  { entity: 'AWS_KEY', pattern: /(?<![A-Za-z\d])(?:AKIA|ASIA)[A-Z2-7]{16}(?![A-Za-z\d])/g },
  { entity: 'GOOGLE_KEY', pattern: /(?<![\w-])AIza[\w-]{35}(?![\w-])/g },
  { entity: 'TELEGRAM_TOKEN', pattern: /(?<![\w-])\d{8,10}:AA[\w-]{33}(?![\w-])/g },
  { entity: 'TWILIO_KEY', pattern: /(?<![\w-])SK[\da-f]{32}(?![\w-])/g },
  { entity: 'AZURE_KEY', pattern: /(?<=AccountKey=)[A-Za-z\d+/]{86}==/g },
  {
    entity: 'API_KEY',
    pattern:
      /(?<![\w-])(?:sk|pk|rk|xai|pplx|gsk|r8|nvapi|dop_v1|key|whsec|glrt)[-_](?:[a-z]+[-_])?[A-Za-z\d_-]{20,200}(?![\w-])/g,
    accept: (value) => isRandom(value) && value.split(/[-_]/).some(isMixed),
  },
  {
    // Google OAuth, New Relic, Postman, Sentry, Doppler, Shopify, Square, RubyGems, Pulumi, DigitalOcean, PlanetScale,
    // Atlassian, Supabase and age, each by its documented prefix.
    entity: 'API_KEY',
    pattern:
      /(?<![\w-])(?:ya29\.|GOCSPX-|NRAK-|PMAK-|sntry[su]_|dp\.(?:pt|st|ct)\.|shpss_|shppa_|sq0(?:atp|csp)-|rubygems_|pul-|do[or]_v1_|pscale_(?:tkn|pw|oauth)_|ATATT3|sbp_|AGE-SECRET-KEY-1)[\w.=-]{20,400}(?![\w-])/g,
    accept: isRandom,
  },
  // https://jfrog.com/help/r/jfrog-platform-administration-documentation/api-key
  { entity: 'ARTIFACTORY_KEY', pattern: /(?<![\w-])AKCp[A-Za-z\d]{69}(?![\w-])/g },
  // https://docs.pypi.org/api/secrets/: a macaroon of pypi.org
  { entity: 'PYPI_TOKEN', pattern: /(?<![\w-])pypi-AgEIcHlwaS5vcmc[\w-]{50,200}(?![\w-])/g },
  {
    // RFC 6750, section 2.1
    entity: 'BEARER_TOKEN',
    pattern: /\bBearer +([\w.~+/-]{20,2000}={0,2})(?![\w.~+/-])/gi,
    group: 1,
    accept: isRandom,
  },
  {
    // RFC 3986, section 3.2.1
    entity: 'URL_PASSWORD',
    pattern: /\b[a-z][a-z\d+.-]{1,20}:\/\/[^\s/:@]{0,64}:([^\s/@]{6,200})@[\w[]/gi,
    group: 1,
    accept: (value) => !/^(?:pass(?:word|wd)?|secret|changeme|\*+|x+|<.*>|\[.*\]|[${%].*)$/i.test(value),
  },
  {
    entity: 'PRIVATE_KEY',
    pattern:
      /-----BEGIN (?:[A-Z]+ ){0,3}PRIVATE KEY(?: BLOCK)?-----[\s\S]{16,12900}?-----END (?:[A-Z]+ ){0,3}PRIVATE KEY(?: BLOCK)?-----/g,
  },
  {
    entity: 'CREDENTIAL',
    pattern:
      /(?:password|passwd|pwd|passwort|kennwort|mot de passe|contraseña|senha|wachtwoord|hasło|parola|secret|token|(?:api|access|secret|private|auth|account|master|signing|encryption)[_-]?key)["']?(?:\s{0,3}(?:[:=]|=>)\s{0,3}| (?:is|ist|lautet|est|es|é|è) )["']?([^\s"'`,;<>(){}[\]$]{8,200})/gi,
    group: 1,
    accept: (value) => isRandom(value) && !noSecret.test(value),
  },
];

/** Paths, and placeholders for secrets in instructions. */
const noSecret = /^[~.]{0,2}(?:\/[a-z\d_.-]+){2,}$|your[_-]|example|placeholder|changeme/i;

/** A sequence of letters and digits that is not a word. */
function isMixed(segment: string): boolean {
  return segment.length >= 12 && /\d/.test(segment) && /[A-Za-z]/.test(segment);
}

/** Whether a value looks random: mixed characters, and more entropy than words and identifiers. */
function isRandom(value: string): boolean {
  const classes = [/[a-z]/, /[A-Z]/, /\d/].filter((each) => each.test(value)).length;
  if (classes < 2 || !/\d/.test(value) || /^[\da-f-]{36}$/i.test(value)) return false;
  const counts = new Map<string, number>();
  for (const char of value) counts.set(char, (counts.get(char) ?? 0) + 1);
  let entropy = 0;
  for (const count of counts.values()) entropy -= (count / value.length) * Math.log2(count / value.length);
  return entropy >= (value.length < 16 ? 2.8 : 3.2);
}

/**
 * Finds keys, tokens, passwords and private keys: the recommended rules of
 * [secretlint](https://github.com/secretlint/secretlint) and a few formats that they lack. Needs the packages
 * `@secretlint/core` and `@secretlint/secretlint-rule-preset-recommend`, which are loaded on first use.
 *
 * @throws ConfigError at the first check if the packages are not installed
 * @example
 * guardrails([block(secrets())])
 */
export function secrets(): Detector {
  let loaded: Secretlint | undefined;
  let loading: Promise<Secretlint> | undefined;
  const load = (): Promise<Secretlint> => {
    loading ??= loadSecretlint().then(
      (lint) => {
        loaded = lint;
        return lint;
      },
      (error: unknown) => {
        loading = undefined;
        throw error;
      },
    );
    return loading;
  };
  return {
    name: 'secrets',
    longest,
    hold: holdSecret,
    maybe(text, from) {
      if (hasSign(from === 0 ? text : text.slice(from))) return true;
      const near = text.slice(Math.max(0, from - 48));
      return /\d/.test(near) && label.test(near);
    },
    async find(text) {
      const found: Finding[] = [];
      for (const rule of rules) matches(rule, text, found);
      // secretlint requires that no letter is next to a key, which fails in languages without spaces between words.
      const apart = text.replace(unspaced, ' ');
      for (const { range, messageId } of await (loaded ?? (await load())).lint(apart)) {
        const [start = 0, end = 0] = range;
        found.push({ start, end, entity: messageId.toUpperCase().replace(/\W/g, '_') });
      }
      return found;
    },
  };
}

/** Chinese, Japanese, Korean and Thai. */
const unspaced = /[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]/g;

/** Features of which every secret has one: the frame of a key, a URL with a password, or a long sequence of mixed characters. */
function hasSign(text: string): boolean {
  if (frame.test(text)) return true;
  if (!run.test(text)) return false;
  return (text.match(runs) ?? []).some((each) => mixed.test(each));
}

const frame = /-----|:\/\/[^\s/@]{1,256}@/;
const run = /\S{16}/;
const runs = /\S{16,}/g;
const mixed = /\d|[a-z][A-Z]/;
/** Or a label before it. */
const label = /passw|pwd|kennwort|mot de passe|contrase|senha|wachtwoord|hasło|parola|secret|token|key/i;

/** Like `holdRun`, and from the frame of a private key to its end. */
function holdSecret(text: string, from: number): number {
  const run = holdRun(text, from);
  const frame = text.lastIndexOf('-----BEGIN ');
  if (frame < from || frame >= run || /-----END [A-Z ]{1,40}-----/.test(text.slice(frame))) return run;
  return text.length - frame > longest ? run : frame;
}

async function loadSecretlint(): Promise<Secretlint> {
  try {
    const [{ lintSource }, { creator }] = await Promise.all([
      import('@secretlint/core'),
      import('@secretlint/secretlint-rule-preset-recommend'),
    ]);
    const config = {
      rules: [{ id: '@secretlint/secretlint-rule-preset-recommend', rule: creator, options: {} }],
    };
    return {
      async lint(content) {
        const source = { filePath: 'text.txt', content, ext: '.txt', contentType: 'text' as const };
        const { messages } = await lintSource({ source, options: { config, noPhysicFilePath: true } });
        return messages;
      },
    };
  } catch {
    throw new ConfigError(
      'secrets',
      'the packages @secretlint/core and @secretlint/secretlint-rule-preset-recommend',
      'none that can be loaded',
    );
  }
}
