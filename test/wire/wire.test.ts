import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type FaultServer, faultServer } from '../support/fault-server.ts';
import { expectAnswer } from './compare.ts';
import { corpus } from './entries/index.ts';
import type { WireEntry } from './entry.ts';
import { type Mode, play, routerOf, serve } from './play.ts';

/** Every entry, in each way it can be asked for, through each interface that it names, over real sockets. */
describe.each(Object.entries(corpus))('%s', (_, entries) => {
  let server: FaultServer;
  beforeAll(async () => {
    server = await faultServer();
  });
  afterAll(() => server.close());

  it.each(entries.flatMap(casesOf))('$entry.name ($mode, $over)', async ({ entry, over, mode, bytes }) => {
    server.behave(serve(bytes));
    const played = await play(entry, routerOf(entry, over, { baseURL: `${server.url}/v1` }), mode);
    if (entry.gives === undefined) expect(played).toEqual({ fails: entry.fails });
    else if ('fails' in played) expect(played).toEqual(entry.gives);
    else expectAnswer(played.result, entry.gives);
  });

  it('has entries with unique names, a public source, and one expectation', () => {
    const names = entries.map(({ name }) => name);
    expect(names.filter((name, at) => names.indexOf(name) !== at)).toEqual([]);
    for (const { name, source, gives, fails, chat, stream } of entries) {
      expect(source, name).toMatch(/^https:\/\/\S+$/);
      expect(
        [gives, fails].filter((one) => one !== undefined),
        name,
      ).toHaveLength(1);
      expect(chat ?? stream, name).toBeDefined();
    }
  });
});

function casesOf(entry: WireEntry) {
  return (['chat', 'stream'] as readonly Mode[]).flatMap((mode) => {
    const bytes = entry[mode];
    return bytes === undefined ? [] : entry.over.map((over) => ({ entry, over, mode, bytes }));
  });
}
