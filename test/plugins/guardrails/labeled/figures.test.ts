import { describe, expect, it } from 'vitest';
import { type Figure, figures, precision, recall } from './figures.ts';
import { heldOut, tuned } from './parts.ts';

const measured = { tuned: await figures(tuned), 'held out': await figures(heldOut) } as const;
type Part = keyof typeof measured;
const parts = Object.keys(measured) as readonly Part[];

/** The least precision and recall of each detector. */
const least: Readonly<Record<string, Readonly<Record<Part, readonly [precision: number, recall: number]>>>> =
  {
    secrets: { tuned: [0.97, 0.93], 'held out': [0.95, 0.65] },
    'pii: email': { tuned: [0.95, 0.99], 'held out': [0.97, 0.97] },
    'pii: phone': { tuned: [0.95, 0.95], 'held out': [0.95, 0.9] },
    'pii: card': { tuned: [0.97, 0.97], 'held out': [0.97, 0.97] },
    'pii: iban': { tuned: [0.99, 0.99], 'held out': [0.97, 0.97] },
    'pii: ip': { tuned: [0.97, 0.97], 'held out': [0.95, 0.97] },
    'pii: national id': { tuned: [0.97, 0.97], 'held out': [0.97, 0.97] },
    'prompt injection (a hint)': { tuned: [0.95, 0.7], 'held out': [0.9, 0.6] },
    language: { tuned: [0.95, 0.85], 'held out': [0.95, 0.85] },
  };

describe.each(parts)('the labeled set, %s', (part) => {
  const all = measured[part];

  it('has at least 500 positives and 500 hard negatives', () => {
    const values = all.filter(({ name }) => /secrets|pii/.test(name));
    expect(values.reduce((sum, { positives }) => sum + positives, 0)).toBeGreaterThanOrEqual(500);
    expect(all.find(({ name }) => name === 'secrets')?.negatives).toBeGreaterThanOrEqual(500);
  });

  describe.each(Object.keys(least))('the detector of %s', (name) => {
    const figure = all.find((each) => each.name === name) as Figure;
    const [leastPrecision, leastRecall] = least[name]?.[part] ?? [1, 1];

    it('is as precise as its table says', () => {
      const ok = precision(figure) >= leastPrecision;
      expect({ mistaken: figure.mistaken.slice(0, 10), ok }).toMatchObject({ ok: true });
    });

    it('finds as much as its table says', () => {
      const ok = recall(figure) >= leastRecall;
      expect({ missed: figure.missed.slice(0, 10), ok }).toMatchObject({ ok: true });
    });
  });
});
