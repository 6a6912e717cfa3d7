import { type Detector, pii, promptInjection, secrets } from 'signalbox/guardrails';
import { findEverywhere } from '../../../../src/plugins/guardrails/detectors/find.ts';
import { languageOf } from '../../../../src/plugins/guardrails/guards/language.ts';

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

interface Labeled {
  readonly text: string;
  readonly value: string;
}

/** Samples of one part of the set. */
export interface LabeledSet {
  /** By entity. */
  readonly personal: Readonly<Record<string, readonly Labeled[]>>;
  readonly secrets: readonly Labeled[];
  readonly negatives: readonly { readonly text: string }[];
  readonly injections: readonly string[];
  readonly harmless: readonly string[];
  /** Sentences by language. */
  readonly languages: Readonly<Record<string, readonly string[]>>;
}

/** Whether a finding covers most of a value, whose label may be a part of it. */
async function covers(
  detector: Detector,
  { text, value }: Labeled,
  entity: string | undefined,
): Promise<boolean> {
  const bare = value.replace(/^(?:password: |"api_key": ")/, '').replace(/"$/, '');
  const start = text.indexOf(bare);
  const found = await findEverywhere(detector, text);
  return found.some((each) => {
    if (entity !== undefined && each.entity !== entity) return false;
    // A key with its lines escaped in JSON.
    if (start < 0) return each.end - each.start >= bare.length;
    const overlap = Math.min(each.end, start + bare.length) - Math.max(each.start, start);
    return overlap >= bare.length * 0.6 || (entity === undefined && overlap >= 8);
  });
}

async function figureOf(
  name: string,
  detector: Detector,
  positives: readonly Labeled[],
  others: readonly { readonly text: string }[],
  entity?: string,
): Promise<Figure> {
  const missed: string[] = [];
  for (const each of positives) if (!(await covers(detector, each, entity))) missed.push(each.text);
  const mistaken: string[] = [];
  for (const { text } of others) {
    const found = await findEverywhere(detector, text);
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

/** The figures of all built-in detectors over several parts of the set together. */
export async function figures(sets: readonly LabeledSet[]): Promise<readonly Figure[]> {
  const all = (await Promise.all(sets.map(figuresOf))).flat();
  return [...new Set(all.map(({ name }) => name))].map((name) =>
    sum(all.filter((each) => each.name === name)),
  );
}

function sum(parts: readonly Figure[]): Figure {
  const total = (of: (part: Figure) => number): number => parts.reduce((all, part) => all + of(part), 0);
  return {
    name: parts[0]?.name ?? '',
    positives: total(({ positives }) => positives),
    negatives: total(({ negatives }) => negatives),
    found: total(({ found }) => found),
    wrong: total(({ wrong }) => wrong),
    missed: parts.flatMap(({ missed }) => missed),
    mistaken: parts.flatMap(({ mistaken }) => mistaken),
  };
}

async function figuresOf(set: LabeledSet): Promise<readonly Figure[]> {
  const personal = pii();
  const all: Figure[] = [await figureOf('secrets', secrets(), set.secrets, set.negatives)];
  for (const [entity, positives] of Object.entries(set.personal)) {
    const others = Object.entries(set.personal)
      .filter(([name]) => name !== entity)
      .flatMap(([, each]) => each);
    const name = `pii: ${entity.toLowerCase().replace('_', ' ')}`;
    all.push(await figureOf(name, personal, positives, [...set.negatives, ...others], entity));
  }
  return [...all, await injectionFigure(set), languageFigure(set)];
}

function injectionFigure({ injections, harmless }: LabeledSet): Promise<Figure> {
  const positives = injections.map((text) => ({ text, value: text }));
  const others = harmless.map((text) => ({ text }));
  const anywhere = promptInjection();
  const detector: Detector = {
    ...anywhere,
    // A phrase stands for the whole attack.
    find: async (text) => {
      const [first] = await anywhere.find(text);
      return first === undefined ? [] : [{ ...first, start: 0, end: text.length }];
    },
  };
  return figureOf('prompt injection (a hint)', detector, positives, others);
}

function languageFigure({ languages }: LabeledSet): Figure {
  const spoken = Object.entries(languages).flatMap(([code, list]) => list.map((text) => ({ code, text })));
  const wrong = spoken.filter(({ code, text }) => languageOf(text) !== code);
  return {
    name: 'language',
    positives: spoken.length,
    negatives: 0,
    found: spoken.length - wrong.length,
    wrong: wrong.filter(({ text }) => languageOf(text) !== undefined).length,
    missed: wrong.map(({ text }) => text),
    mistaken: [],
  };
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
