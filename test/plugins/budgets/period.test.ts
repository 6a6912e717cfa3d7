import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type CalendarUnit, periods } from '../../../src/plugins/budgets/period.ts';

const at = (text: string): number => Date.parse(text);
const shown = (moment: number, timeZone: string): string =>
  new Intl.DateTimeFormat('sv-SE', {
    timeZone,
    dateStyle: 'short',
    timeStyle: 'medium',
  }).format(moment);

describe('a period', () => {
  it.each<[CalendarUnit, string, string, string, string]>([
    ['day', 'UTC', '2026-11-28T13:00:00Z', '2026-11-28T00:00:00Z', '2026-11-29T00:00:00Z'],
    ['day', 'Europe/Berlin', '2026-11-28T23:30:00Z', '2026-11-28T23:00:00Z', '2026-11-29T23:00:00Z'],
    ['week', 'UTC', '2026-11-28T13:00:00Z', '2026-11-23T00:00:00Z', '2026-11-30T00:00:00Z'],
    ['month', 'Asia/Kolkata', '2026-11-30T19:00:00Z', '2026-11-30T18:30:00Z', '2026-12-31T18:30:00Z'],
    ['hour', 'Asia/Kolkata', '2026-11-30T19:00:00Z', '2026-11-30T18:30:00Z', '2026-11-30T19:30:00Z'],
    // Clocks are put forward, and back.
    ['day', 'Europe/Berlin', '2026-03-29T12:00:00Z', '2026-03-28T23:00:00Z', '2026-03-29T22:00:00Z'],
    ['day', 'Europe/Berlin', '2026-10-25T12:00:00Z', '2026-10-24T22:00:00Z', '2026-10-25T23:00:00Z'],
    // There is no midnight on this day: it begins at one o'clock.
    ['day', 'Asia/Beirut', '2026-03-29T12:00:00Z', '2026-03-28T22:00:00Z', '2026-03-29T21:00:00Z'],
    ['day', 'America/Sao_Paulo', '2018-11-04T12:00:00Z', '2018-11-04T03:00:00Z', '2018-11-05T02:00:00Z'],
  ])('of a %s in %s at %s is from %s to %s', (unit, zone, moment, start, end) => {
    expect(periods(unit, zone)(at(moment))).toEqual({ start: at(start), end: at(end) });
  });

  it('of a number of milliseconds counts from 1970', () => {
    expect(periods(10_000, 'UTC')(25_000)).toEqual({ start: 20_000, end: 30_000 });
  });

  const zones = [
    'UTC',
    'Europe/Berlin',
    'America/New_York',
    'Asia/Kolkata',
    'Australia/Lord_Howe',
    'Pacific/Apia',
  ];
  const anyTime = fc.integer({ min: at('2005-01-01T00:00:00Z'), max: at('2035-01-01T00:00:00Z') });
  const any = fc.record({
    zone: fc.constantFrom(...zones, 'America/Havana', 'Asia/Tehran', 'America/Asuncion'),
    unit: fc.constantFrom<CalendarUnit>('minute', 'hour', 'day', 'week', 'month'),
    moment: anyTime,
  });

  it('holds its moment, and ends where the next one begins', () => {
    fc.assert(
      fc.property(any, ({ zone, unit, moment }) => {
        const periodAt = periods(unit, zone);
        const { start, end } = periodAt(moment);
        expect(start).toBeLessThanOrEqual(moment);
        expect(end).toBeGreaterThan(moment);
        expect(periods(unit, zone)(end).start).toBe(end);
        expect(periods(unit, zone)(start - 1).end).toBe(start);
      }),
    );
  });

  it('of a day holds the moments of one date', () => {
    fc.assert(
      fc.property(fc.constantFrom(...zones), anyTime, (zone, moment) => {
        const { start, end } = periods('day', zone)(moment);
        const date = shown(moment, zone).slice(0, 10);
        expect(shown(start, zone).slice(0, 10)).toBe(date);
        expect(shown(end - 1, zone).slice(0, 10)).toBe(date);
        expect(shown(start - 1, zone).slice(0, 10)).not.toBe(date);
        expect(shown(end, zone).slice(0, 10)).not.toBe(date);
      }),
    );
  });
});
