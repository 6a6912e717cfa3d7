import { type Detector, pii, promptInjection, secrets } from 'signalbox/guardrails';
import { languageOf } from '../../../../src/plugins/guardrails/guards/language.ts';
import { negatives } from './negatives.ts';
import { harmless, injections, languages } from './sentences.ts';
import { card, email, iban, ip, nationalId, phone, pick, secret } from './values.ts';

/** Precision and recall of one detector. */
export interface Figure {
  readonly name: string;
  readonly positives: number;
  readonly negatives: number;
  readonly found: number;
  /** Negatives, and positives of other kinds, that were taken for this one. */
  readonly wrong: number;
  readonly missed: readonly string[];
  readonly mistaken: readonly string[];
}

export const precision = ({ found, wrong }: Figure): number => found / (found + wrong);
export const recall = ({ found, positives }: Figure): number => found / positives;

const frames = [
  (value: string) => value,
  (value: string) => `Please check ${value} for me.`,
  (value: string) => `Hallo, meine Angabe ist ${value}, danke.`,
  (value: string) => `(${value})`,
  (value: string) => `"${value}"`,
  (value: string) => `Eins: ${value}\nZwei: nichts`,
  (value: string) => `- ${value};`,
  (value: string) => `Les données : ${value}.`,
  (value: string) => `お客様 ${value} です`,
];

const count = 110;

interface Labelled {
  readonly text: string;
  readonly value: string;
}

const of = (make: () => string): readonly Labelled[] =>
  Array.from({ length: count }, () => {
    const value = make();
    return { value, text: pick(frames)(value) };
  });

const samples = {
  EMAIL: of(email),
  PHONE: of(phone),
  CARD: of(card),
  IBAN: of(iban),
  IP: of(ip),
  NATIONAL_ID: of(nationalId),
} as const;
const planted = of(secret);
const none = negatives(20).map(({ kind, text }) => ({ kind, text: pick(frames)(text) }));

/** Whether a finding covers most of a value, whose label may be a part of it. */
async function covers(
  detector: Detector,
  { text, value }: Labelled,
  entity: string | undefined,
): Promise<boolean> {
  const bare = value.replace(/^(?:password: |"api_key": ")/, '').replace(/"$/, '');
  const start = text.indexOf(bare);
  const found = await detector.find(text);
  return found.some((each) => {
    if (entity !== undefined && each.entity !== entity) return false;
    const overlap = Math.min(each.end, start + bare.length) - Math.max(each.start, start);
    return overlap >= bare.length * 0.6 || (entity === undefined && overlap >= 8);
  });
}

async function figureOf(
  name: string,
  detector: Detector,
  positives: readonly Labelled[],
  others: readonly { readonly text: string }[],
  entity?: string,
): Promise<Figure> {
  const missed: string[] = [];
  for (const each of positives) if (!(await covers(detector, each, entity))) missed.push(each.text);
  const mistaken: string[] = [];
  for (const { text } of others) {
    const found = await detector.find(text);
    if (found.some((each) => entity === undefined || each.entity === entity)) mistaken.push(text);
  }
  return {
    name,
    positives: positives.length,
    negatives: others.length,
    found: positives.length - missed.length,
    wrong: mistaken.length,
    missed,
    mistaken,
  };
}

/** The figures of all built-in detectors. */
export async function figures(): Promise<readonly Figure[]> {
  const personal = pii();
  const all: Figure[] = [await figureOf('secrets', secrets(), planted, none)];
  for (const [entity, positives] of Object.entries(samples)) {
    const others = Object.entries(samples)
      .filter(([name]) => name !== entity)
      .flatMap(([, each]) => each);
    all.push(
      await figureOf(
        `pii: ${entity.toLowerCase().replace('_', ' ')}`,
        personal,
        positives,
        [...none, ...others],
        entity,
      ),
    );
  }
  const attacks = injections.map((text) => ({ text, value: text }));
  const hits = { name: 'prompt injection (a hint)', detector: promptInjection() };
  const missed: string[] = [];
  for (const { text } of attacks) if ((await hits.detector.find(text)).length === 0) missed.push(text);
  const mistaken: string[] = [];
  for (const text of harmless) if ((await hits.detector.find(text)).length > 0) mistaken.push(text);
  all.push({
    name: hits.name,
    positives: attacks.length,
    negatives: harmless.length,
    found: attacks.length - missed.length,
    wrong: mistaken.length,
    missed,
    mistaken,
  });
  const spoken = Object.entries(languages).flatMap(([code, list]) => list.map((text) => ({ code, text })));
  const wrong = spoken.filter(({ code, text }) => languageOf(text) !== code);
  all.push({
    name: 'language',
    positives: spoken.length,
    negatives: 0,
    found: spoken.length - wrong.length,
    wrong: wrong.filter(({ text }) => languageOf(text) !== undefined).length,
    missed: wrong.map(({ text }) => text),
    mistaken: [],
  });
  return all;
}

/** As a table in Markdown. */
export function figureTable(all: readonly Figure[]): string {
  const percent = (ratio: number): string => `${(ratio * 100).toFixed(1)}%`;
  const lines = all.map((each) => [
    each.name,
    each.positives,
    each.negatives,
    percent(precision(each)),
    percent(recall(each)),
  ]);
  const heads = ['detector', 'positives', 'hard negatives', 'precision', 'recall'];
  return [heads, heads.map(() => '---'), ...lines].map((line) => `| ${line.join(' | ')} |`).join('\n');
}
