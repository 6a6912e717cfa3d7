import { virtualClock } from 'signalbox/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/util/time/clock.ts';
import { drive } from '../batch/drive.ts';
import { exchanges } from '../batch/virtual-drive.ts';
import { type Played, play } from './play.ts';
import { scenarios } from './scenarios.ts';
import { type Answer, bareSdk, defaults, type System, settings, signalbox } from './systems.ts';
import { wholeAnswer } from './vendor.ts';

/** Plays one scenario over real sockets in virtual time, which the vendor, the caller and the router share. */
function playOne(system: System, id: string): Promise<Played> {
  const scenario = scenarios.find((each) => each.id === id);
  if (scenario === undefined) throw new Error(`no scenario ${id}`);
  const clock = virtualClock();
  return drive(clock, play(system, scenario, { clock, leave: exchanges.leave }));
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
const verdictOf = async (system: System, id: string): Promise<unknown> => (await playOne(system, id)).verdict;

describe('Failover Bench, played against the router', () => {
  const played = new Map<string, Played>();
  beforeAll(async () => {
    for (const { id } of scenarios) played.set(id, await playOne(signalbox(settings), id));
  });

  it.each(scenarios.map(({ id, title }) => [id, title]))('passes %s: %s', (id) => {
    expect(played.get(id)).toMatchObject({ verdict: 'pass', missed: [] });
  });

  it('reports the content filter in S13', () => {
    expect(played.get('S13')).toMatchObject({ outcome: 'error', error: 'content-filter', fallback: [] });
  });
});

describe('Failover Bench, played against a router that prefers another target, as it does by default', () => {
  it.each([
    ['S01', ['retried', 'retry_after_honoured'], '429'],
    ['S03', ['same_provider_retry'], '500'],
  ])('rescues %s at the fallback at once, which the benchmark calls partial', async (id, missed, action) => {
    expect(await playOne(signalbox(defaults), id)).toMatchObject({
      verdict: 'partial',
      missed,
      whole: true,
      primary: [{ action }],
      fallback: [{ action: '200' }],
    });
  });
});

describe('the rules of Failover Bench, as they are applied here', () => {
  it('match the scorecard of the Python SDK for the OpenAI SDK alone', async () => {
    // In real time, because the SDK knows no other; without the scenarios whose checks compare seconds.
    const quick = ['S01', 'S02', 'S03', 'S04', 'S05', 'S08', 'S10', 'S12', 'S13', 'S14', 'S16'];
    const alone = await Promise.all(
      scenarios
        .filter(({ id }) => quick.includes(id))
        .map((scenario) => play(bareSdk, scenario, { clock: systemClock })),
    );
    expect(Object.fromEntries(alone.map(({ scenario, verdict }) => [scenario.id, verdict]))).toEqual({
      S01: 'pass',
      S02: 'safe',
      S03: 'pass',
      S04: 'safe',
      S05: 'pass',
      S08: 'safe',
      S10: 'safe',
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
