import OpenAI from 'openai';
import { openai } from 'signalbox/openai';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type FaultServer, faultServer } from '../support/fault-server.ts';
import { expectAnswer } from './compare.ts';
import { corpus } from './entries/index.ts';
import type { WireEntry } from './entry.ts';
import { type Mode, play, routerOver, serve } from './play.ts';

/** What the SDK makes a failure of, because it reads the events itself and keeps the end mark to itself. */
const beyondTheSDK = new Set([
  'an empty finish_reason of a whole answer is none',
  'the end mark in quotes, or in another case, is one',
  'a whole answer with finish_reason null is an answer',
  'a call and the end mark without a reason is a call',
  'an event with empty data is a sign of life',
  'a comment inside of data is a sign of life',
  'a ping is a sign of life, whatever its data',
  'an answer labeled as a web page is an answer',
  'the end mark of a stream after a whole answer is not part of it',
  'a whole answer in place of a stream is the answer',
  'several chunks in a list are chunks',
]);
/** What the SDK makes an answer of, for the same reason. */
const believed = new Set(['a stream whose reason came before more of it is only whole with its end mark']);

describe('through an injected client', () => {
  let server: FaultServer;
  beforeAll(async () => {
    server = await faultServer();
  });
  afterAll(() => server.close());

  const entries = Object.values(corpus)
    .flat()
    .filter(({ over, name }) => over.includes('openai') && !believed.has(name));

  it.each(entries.flatMap(casesOf))('$entry.name ($mode)', async ({ entry, mode, bytes }) => {
    server.behave(serve(bytes));
    const client = new OpenAI({ apiKey: 'sk-test', baseURL: server.url, maxRetries: 0, logLevel: 'off' });
    const played = await play(entry, routerOver(entry, openai({ client })), mode);
    if (entry.gives !== undefined && 'result' in played) expectAnswer(played.result, entry.gives);
    else expect('fails' in played && (entry.gives === undefined || beyondTheSDK.has(entry.name))).toBe(true);
  });
});

function casesOf(entry: WireEntry) {
  return (['chat', 'stream'] as readonly Mode[]).flatMap((mode) => {
    const bytes = entry[mode];
    return bytes === undefined ? [] : [{ entry, mode, bytes }];
  });
}
