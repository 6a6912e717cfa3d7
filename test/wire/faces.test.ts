import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type FaultServer, faultServer } from '../support/fault-server.ts';
import { outcome } from '../support/requests.ts';
import { corpus } from './entries/index.ts';
import type { WireEntry } from './entry.ts';
import { faces, type Seen } from './faces.ts';
import { type Mode, routerOf, serve } from './play.ts';

/** Every entry once more, as it is seen through another library: the same content, or an error. */
describe.each(Object.entries(corpus))('%s', (_, entries) => {
  let server: FaultServer;
  beforeAll(async () => {
    server = await faultServer();
  });
  afterAll(() => server.close());

  describe.each(Object.entries(faces))('through %s', (__, face) => {
    it.each(entries.filter(isPlain).flatMap(casesOf))(
      '$entry.name ($mode)',
      async ({ entry, over, mode, bytes }) => {
        server.behave(serve(bytes));
        const seen = await outcome(face(routerOf(entry, over, { baseURL: `${server.url}/v1` }), mode));
        if (entry.gives === undefined) {
          expect(seen).toHaveProperty('error');
          return;
        }
        if (!('value' in seen)) throw seen.error;
        expect(seen.value.text).toBe(entry.gives.text ?? '');
        expect(sorted(seen.value.calls)).toEqual(sorted(entry.gives.toolCalls ?? []));
      },
    );
  });
});

/** Responses puts a call where its kind shows, so one without arguments comes after others. */
function sorted(calls: Seen['calls']): readonly string[] {
  return calls.map(({ toolName, input }) => `${toolName}(${JSON.stringify(input)})`).sort();
}

/** Whether every library can ask for it, and hold what comes of it. */
function isPlain({ request, gives }: WireEntry): boolean {
  const { toolCalls = [], text = '', finishReason } = gives ?? {};
  // What a model refuses with is text in some libraries.
  if (finishReason === 'content-filter' && text === '') return false;
  return request === undefined && toolCalls.every(({ input }) => typeof input === 'object');
}

function casesOf(entry: WireEntry) {
  const [over] = entry.over;
  return (['chat', 'stream'] as readonly Mode[]).flatMap((mode) => {
    const bytes = entry[mode];
    return bytes === undefined || over === undefined ? [] : [{ entry, over, mode, bytes }];
  });
}
