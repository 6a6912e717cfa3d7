import { describe, expect, it } from 'vitest';
import { type Figure, figures, precision, recall } from './figures.ts';

const all = await figures();
const named = (name: string): Figure => all.find((each) => each.name === name) as Figure;

/** The least that each detector must reach on the labelled set. */
const least: Readonly<Record<string, readonly [precision: number, recall: number]>> = {
  secrets: [0.97, 0.9],
  'pii: email': [0.99, 0.99],
  'pii: phone': [0.95, 0.9],
  'pii: card': [0.97, 0.99],
  'pii: iban': [0.99, 0.99],
  'pii: ip': [0.97, 0.97],
  'pii: national id': [0.97, 0.97],
  'prompt injection (a hint)': [0.95, 0.8],
  language: [0.95, 0.9],
};

describe('the labelled set', () => {
  it('has at least 500 positives and 500 hard negatives', () => {
    expect(
      all.filter(({ name }) => /secrets|pii/.test(name)).reduce((sum, { positives }) => sum + positives, 0),
    ).toBeGreaterThan(500);
    expect(named('secrets').negatives).toBeGreaterThanOrEqual(500);
  });
});

describe.each(Object.entries(least))('the detector of %s', (name, [leastPrecision, leastRecall]) => {
  it('is as precise as its table says', () => {
    const figure = named(name);
    expect({ mistaken: figure.mistaken.slice(0, 10), ok: precision(figure) >= leastPrecision }).toMatchObject(
      { ok: true },
    );
  });

  it('finds as much as its table says', () => {
    const figure = named(name);
    expect({ missed: figure.missed.slice(0, 10), ok: recall(figure) >= leastRecall }).toMatchObject({
      ok: true,
    });
  });
});
