import { beforeAll, describe, expect, it } from 'vitest';
import { type Played, play } from './play.ts';
import { scenarios } from './scenarios.ts';
import { type Answer, bareSdk, defaults, type System, settings, signalbox } from './systems.ts';
import { wholeAnswer } from './vendor.ts';

/** Those that are made of waiting wait less: their outages, the time-outs against them and what they are judged by. */
const scales: Readonly<Record<string, number>> = { S06: 0.2, S07: 0.2, S09: 0.2, S15: 0.1 };

async function playAll(
  system: System,
  ids: readonly string[],
  scale?: number,
): Promise<ReadonlyMap<string, Played>> {
  const chosen = scenarios.filter(({ id }) => ids.includes(id));
  const played = await Promise.all(
    chosen.map((scenario) => play(system, scenario, { scale: scale ?? scales[scenario.id] ?? 1 })),
  );
  return new Map(played.map((each) => [each.scenario.id, each]));
}

/** Says the same of every scenario, without asking the vendor. */
const saying = (stream: () => Promise<Answer>): System => ({
  name: 'one that makes it up',
  hasFallback: false,
  connect: () => ({
    stream,
    chat: async () => ({ text: wholeAnswer, model: 'fb-ok', counted: true }),
    explain: String,
    close() {},
  }),
});
const verdictOf = async (system: System, id: string): Promise<unknown> =>
  (await playAll(system, [id], 0.01)).get(id)?.verdict;

describe('Failover Bench, played against the router', () => {
  let played: ReadonlyMap<string, Played>;
  beforeAll(async () => {
    played = await playAll(
      signalbox(settings),
      scenarios.map(({ id }) => id),
    );
  });

  it.each(scenarios.map(({ id, title }) => [id, title]))('passes %s: %s', (id) => {
    expect(played.get(id)).toMatchObject({ verdict: 'pass', missed: [] });
  });

  it('says of S13 that it was the content filter', () => {
    expect(played.get('S13')).toMatchObject({ outcome: 'error', error: 'content-filter', fallback: [] });
  });
});

describe('Failover Bench, played against a router that prefers another target, as it does by default', () => {
  it.each([
    ['S01', ['retried', 'retry_after_honoured'], '429'],
    ['S03', ['same_provider_retry'], '500'],
  ])('rescues %s at the fallback at once, which the benchmark calls partial', async (id, missed, action) => {
    expect((await playAll(signalbox(defaults), [id])).get(id)).toMatchObject({
      verdict: 'partial',
      missed,
      whole: true,
      primary: [{ action }],
      fallback: [{ action: '200' }],
    });
  });
});

describe('the rules of Failover Bench, as they are applied here', () => {
  it('find the OpenAI SDK alone to be as its scorecard says of the one for Python', async () => {
    const quick = ['S01', 'S02', 'S03', 'S04', 'S05', 'S08', 'S10', 'S11', 'S12', 'S13', 'S14', 'S16'];
    const alone = await playAll(bareSdk, quick);
    expect(Object.fromEntries([...alone].map(([id, { verdict }]) => [id, verdict]))).toEqual({
      S01: 'pass',
      S02: 'safe',
      S03: 'pass',
      S04: 'safe',
      S05: 'pass',
      S08: 'safe',
      S10: 'safe',
      S11: 'pass',
      S12: 'safe',
      S13: 'pass',
      S14: 'safe',
      S16: 'safe',
    });
  });

  it('call half an answer that is passed off as a whole one a failure', async () => {
    const half = { text: wholeAnswer.slice(0, 200), model: 'fb-s08', counted: true };
    expect(
      await verdictOf(
        saying(async () => half),
        'S08',
      ),
    ).toBe('fail');
  });

  it('call no answer at all a failure', async () => {
    expect(
      await verdictOf(
        saying(() => new Promise(() => {})),
        'S08',
      ),
    ).toBe('fail');
  });

  it('call an answer in spite of a content filter partial', async () => {
    const whole = { text: wholeAnswer, model: 'fb-ok', counted: true };
    const insists: System = {
      ...bareSdk,
      connect: (...facts) => {
        const connection = bareSdk.connect(...facts);
        return { ...connection, stream: () => connection.stream('').catch(() => whole) };
      },
    };
    expect(await verdictOf(insists, 'S13')).toBe('partial');
  });
});
