import { describe, expect, it } from 'vitest';
import { barLine, meterOn, money, type Progress } from '../../../src/cli/batch/progress.ts';

const progress: Progress = {
  written: 5_120,
  total: 10_000,
  failed: 12,
  cost: 1.234,
  saved: 1.2,
  batches: 2,
  timeLeft: 4 * 3_600_000 + 12 * 60_000,
};

describe('the progress of a batch', () => {
  it('fits 80 columns', () => {
    expect(barLine(progress, 80)).toBe(
      '███████████░░░░░░░░░░░░  51%  5,120/10,000  12 failed  $1.23 spent  $1.20 saved',
    );
  });

  it('shows everything in 120 columns', () => {
    expect(barLine(progress, 120)).toBe(
      '█████████████████░░░░░░░░░░░░░░░░░  51%  5,120/10,000  12 failed  $1.23 spent  $1.20 saved  in 2 batches  due in 4h 12m',
    );
  });

  it.each([10, 20, 40, 60, 80, 100, 120, 200])('never breaks a line of %i columns', (columns) => {
    const large = {
      ...progress,
      written: 9_999_999,
      total: 10_000_000,
      failed: 123_456,
      cost: 98_765.4,
      saved: 87_654.3,
    };
    for (const each of [progress, large, { ...progress, written: 0, failed: 0, saved: 0 }])
      expect(barLine(each, columns).length).toBeLessThan(columns);
  });

  it('is drawn over itself on a terminal, and ends with a line', () => {
    let text = '';
    const meter = meterOn({ out: () => {}, err: (more) => (text += more), terminal: { columns: 80 } });
    meter.show(progress);
    meter.stop({ ...progress, written: 10_000 });
    expect(text.split('\r\u001B[2K').length).toBe(3);
    expect(text.endsWith('saved\n')).toBe(true);
    expect(text).toContain('100%');
  });

  it('is a line for each tenth elsewhere', () => {
    const lines: string[] = [];
    const meter = meterOn({ out: () => {}, err: (line) => lines.push(line) });
    for (let written = 0; written <= 10_000; written += 250) meter.show({ ...progress, written });
    meter.stop({ ...progress, written: 10_000 });
    expect(lines).toHaveLength(11);
    expect(lines[0]).toBe('0%, 0/10,000, 12 failed, $1.23 spent, $1.20 saved, in 2 batches, due in 4h 12m\n');
    expect(lines[10]).toContain('100%, 10,000/10,000');
  });

  it.each([
    [0, '$0.00'],
    [0.000_123_4, '$0.00012'],
    [1_234.5, '$1,234.50'],
    [-0.5, '-$0.50'],
  ])('writes %f US$ as %s', (usd, text) => expect(money(usd)).toBe(text));
});
