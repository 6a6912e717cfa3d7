import type { ServerResponse } from 'node:http';
import { type Behavior, events, flood } from '../../support/fault-server.ts';
import { outcome, read } from '../../support/requests.ts';
import { interruptedBy, interruptedSo } from '../interrupted.ts';
import {
  ask,
  eachWay,
  type Facts,
  failsOver,
  onStage,
  type Row,
  type Stage,
  turns,
  until,
  verdict,
} from '../stage.ts';
import { all, answer, chatCompletions, type How, isGoogle, type Vendor, words } from '../vendors.ts';

const second = 1_000;
const timeout = { attempt: 10 * second, firstToken: 4 * second, idle: 5 * second };

/** A server whose answers are written by the test, piece by piece. */
interface Hand {
  readonly does: Behavior;
  /** Writes into the latest answer, and lets it arrive. */
  write(piece: string | Uint8Array): Promise<void>;
  end(): void;
}

function hand(how: How = 'stream'): Hand {
  let latest: ServerResponse | undefined;
  return {
    does(response) {
      response.writeHead(200, { 'content-type': how === 'chat' ? 'application/json' : 'text/event-stream' });
      response.flushHeaders();
      response.socket?.setNoDelay(true);
      latest = response;
    },
    async write(piece) {
      await until(() => latest !== undefined);
      const response = latest;
      if (response?.destroyed === false) {
        await new Promise<void>((resolve) => {
          // A connection that closes just now may never say what became of the piece.
          const over = (): void => {
            response.off('close', over);
            resolve();
          };
          response.once('close', over);
          response.write(piece, over);
        });
      }
      await turns();
    },
    end: () => latest?.end(),
  };
}

/** Writes a piece each second until the request is over. */
async function everySecond(
  { clock }: Stage,
  { write }: Hand,
  pieces: Iterable<string | Uint8Array>,
  seen: Promise<unknown>,
): Promise<void> {
  let over = false;
  void seen.then(() => {
    over = true;
  });
  for (const piece of pieces) {
    await write(piece);
    if (over) return;
    await clock.advance(second);
  }
  await turns();
}

function* forever<T>(piece: T): Generator<T, void, undefined> {
  for (let count = 0; count < 60; count++) yield piece;
}

/** One request at a T1 that sends only such pieces, one a second. */
async function onlySays(vendor: Vendor, piece: string): Promise<Facts> {
  return onStage(vendor, { timeout }, async (stage) => {
    const t1 = hand();
    stage.t1.behave(t1.does);
    const { seen } = ask(stage, 'stream');
    await everySecond(stage, t1, forever(piece), seen);
    return { ...(await seen), waited: stage.clock.now() };
  });
}

/** What is no token, in each vendor's words. */
function noToken({ name, opening }: Vendor): string {
  if (name === 'anthropic') return 'event: ping\ndata: {"type":"ping"}\n\n';
  if (name.startsWith('google'))
    return 'data: {"candidates":[{"content":{"role":"model","parts":[]}}]}\r\n\r\n';
  return opening.at(-1) ?? '';
}

/** Reads a stream of so many tokens: whether all came, and what each took of the processor. */
async function tiny(
  vendor: Vendor,
  count: number,
): Promise<{ readonly whole: boolean; readonly microseconds: number }> {
  return onStage(vendor, {}, async (stage) => {
    const batch = vendor.token.repeat(100);
    stage.t1.behave(async (response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write(vendor.opening.join(''));
      for (let left = count; left > 0; left -= 100)
        await new Promise((resolve) => response.write(batch, resolve));
      response.end(vendor.closing.join(''));
    });
    const before = process.cpuUsage();
    let tokens = 0;
    const stream = await stage.router.stream({ prompt: 'Hi' });
    for await (const part of stream) if (part.type === 'text-delta' && part.text === 'Hello') tokens += 1;
    const { user, system } = process.cpuUsage(before);
    return { whole: tokens === count, microseconds: (user + system) / count };
  });
}

/** How much a server can send to a reader who has stopped after the first token. */
async function takenUnread(vendor: Vendor): Promise<string> {
  return onStage(vendor, {}, async (stage) => {
    const open = (response: ServerResponse): void => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write(vendor.opening.join(''));
    };
    const { does, served } = flood(open, vendor.token.replace('Hello', 'x'.repeat(8_192)), 128);
    stage.t1.behave(does);
    for await (const _ of await stage.router.stream({ prompt: 'Hi' })) {
      // Until nothing moves any more.
      for (let before = -1; served() > before; ) {
        before = served();
        await turns(300);
      }
      break;
    }
    return served() < 32 ? 'below 32 MB' : `${Math.round(served())} MB`;
  });
}

const openRouterError = (error?: object): string =>
  `data: ${JSON.stringify({ id: 'gen-1', provider: 'x', error, choices: [{ index: 0, delta: { content: '' }, finish_reason: 'error' }] })}\n\n`;

/** The same stream in other ways that the standard allows. */
const spellings: Readonly<Record<string, (list: readonly string[], vendor: Vendor) => string>> = {
  CRLF: (list) => list.join('').replaceAll('\n', '\r\n'),
  CR: (list) => list.join('').replaceAll('\n', '\r'),
  'byte order mark': (list, { opening, name }) =>
    // Without its first events where it can do without, so that a token stands behind the mark.
    `\uFEFF${list.slice(name.startsWith('openai') && name !== 'openai-responses' ? opening.length : 0).join('')}`,
  'data over several lines': (list) => list.join('').replaceAll(/^(data: \{[^,\n]*,)/gm, '$1\ndata: '),
  'no space after the colon': (list) => list.join('').replaceAll(/^data: /gm, 'data:'),
  'no blank line at the end': (list) => list.join('').trimEnd(),
};

const half = (kind: string): Facts => interruptedSo(kind, words)['error'] as Facts;

const mixed = 'Zoë, 世界 and 🎉';

/** What streams do after their headers. */
export const streams: readonly Row[] = [
  failsOver({
    number: 11,
    fault: 'overloaded, as the first event of a 200 stream',
    vendors: all,
    ways: ['stream'],
    does: (vendor) => events([vendor.overload]),
    failure: () => ({ kind: 'overloaded', against: 'failing' }),
  }),
  {
    number: 12,
    fault: 'overloaded, after three tokens',
    vendors: all,
    expected: () => interruptedSo('overloaded', 'HelloHelloHello'),
    play: (vendor) => {
      const { opening, token, overload } = vendor;
      return interruptedBy(vendor, [...opening, token, token, token, overload]);
    },
  },
  {
    number: 13,
    fault: 'OpenRouter’s finish reason `error`, before and after the first token',
    vendors: chatCompletions,
    expected: () => ({
      before: { answer: 'T2', attempts: ['T1 server', 'T2 success'], hits: 1 },
      bare: { answer: 'T2', attempts: ['T1 server', 'T2 success'], hits: 1 },
      after: interruptedSo('server', 'Hello'),
    }),
    play: async (vendor) => {
      const failed = openRouterError({ code: 502, message: 'Provider disconnected' });
      const once = (list: readonly string[]): Promise<Facts> =>
        onStage(vendor, {}, (stage) => {
          stage.t1.behave(events(list));
          return ask(stage, 'stream').seen;
        });
      return {
        before: await once([...vendor.opening, failed]),
        bare: await once([openRouterError()]),
        after: await interruptedBy(vendor, [...vendor.opening, vendor.token, failed]),
      };
    },
  },
  {
    number: 18,
    fault: 'a proper end of the connection before the first token; and after it',
    vendors: all,
    expected: () => ({
      empty: { answer: 'T2', attempts: ['T1 truncated', 'T2 success'], hits: 1 },
      before: { answer: 'T2', attempts: ['T1 truncated', 'T2 success'], hits: 1 },
      after: interruptedSo('truncated', 'Hello'),
    }),
    play: async (vendor) => {
      const once = (list: readonly string[]): Promise<Facts> =>
        onStage(vendor, {}, (stage) => {
          stage.t1.behave(events(list));
          return ask(stage, 'stream').seen;
        });
      return {
        empty: await once([]),
        before: await once(vendor.opening),
        after: await interruptedBy(vendor, [...vendor.opening, vendor.token]),
      };
    },
  },
  {
    number: 21,
    fault: 'a finish reason, but no [DONE]',
    vendors: chatCompletions,
    expected: () => ({ answer: 'T1', attempts: ['T1 success'], hits: 1 }),
    play: (vendor) =>
      onStage(vendor, {}, (stage) => {
        stage.t1.behave(events(vendor.said(words).stream.slice(0, -1)));
        return ask(stage, 'stream').seen;
      }),
  },
  {
    number: 22,
    fault: 'more after the terminal event; where a vendor has none, more after its finish reason',
    vendors: all,
    // Gemini has no end mark but the end of the stream, and sends a finish reason with several chunks.
    expected: ({ name }) => ({
      answer: isGoogle(name) ? `T1: ${words}HelloHello` : 'T1',
      attempts: ['T1 success'],
      hits: 1,
    }),
    play: (vendor) =>
      onStage(vendor, {}, (stage) => {
        stage.t1.behave(events([...vendor.said(words).stream, vendor.token, vendor.token]));
        return ask(stage, 'stream').seen;
      }),
  },
  {
    number: 27,
    fault: 'a comment each second, no token',
    vendors: all,
    expected: () => ({ answer: 'T2', attempts: ['T1 timeout', 'T2 success'], hits: 1, waited: 4 * second }),
    play: (vendor) => onlySays(vendor, ': keep-alive\n\n'),
  },
  {
    number: 28,
    fault: 'events each second that are no tokens: pings, empty deltas',
    vendors: all,
    expected: () => ({ answer: 'T2', attempts: ['T1 timeout', 'T2 success'], hits: 1, waited: 4 * second }),
    play: (vendor) => onlySays(vendor, noToken(vendor)),
  },
  {
    number: 29,
    fault: 'an empty line each second before the JSON; and only such lines',
    vendors: all,
    expected: () => ({
      late: { answer: 'T1', attempts: ['T1 success'], hits: 1, waited: 5 * second },
      never: { answer: 'T2', attempts: ['T1 timeout', 'T2 success'], hits: 1, waited: 10 * second },
    }),
    async play(vendor) {
      const once = (pieces: Iterable<string>): Promise<Facts> =>
        onStage(vendor, { timeout }, async (stage) => {
          const t1 = hand('chat');
          stage.t1.behave(t1.does);
          const { seen } = ask(stage, 'chat');
          await everySecond(stage, t1, pieces, seen);
          if (stage.clock.now() < timeout.attempt) {
            await t1.write(JSON.stringify(vendor.said(words).answer));
            t1.end();
          }
          return { ...(await seen), waited: stage.clock.now() };
        });
      return { late: await once(['\n', '\n', '\n', '\n', '\n']), never: await once(forever('\n')) };
    },
  },
  {
    number: 30,
    fault: 'silence after five tokens',
    vendors: all,
    expected: () => ({
      ...(interruptedSo('timeout', 'Hello'.repeat(5))['error'] as Facts),
      waited: 5 * second,
    }),
    play: (vendor) =>
      onStage(vendor, { timeout }, async (stage) => {
        const t1 = hand();
        stage.t1.behave(t1.does);
        const { seen, parts } = ask(stage, 'stream');
        await t1.write(vendor.opening.join('') + vendor.token.repeat(5));
        await until(() => parts.filter(({ type }) => type === 'text-delta').length >= 5);
        await turns();
        await stage.clock.advance(5 * second);
        return { ...(await seen), waited: stage.clock.now() };
      }),
  },
  {
    number: 31,
    fault: 'one event, a byte each second, after the first token',
    vendors: all,
    expected: () => ({ ...(interruptedSo('timeout', 'Hello')['error'] as Facts), waited: 5 * second }),
    play: (vendor) =>
      onStage(vendor, { timeout }, async (stage) => {
        const t1 = hand();
        stage.t1.behave(t1.does);
        const { seen, parts } = ask(stage, 'stream');
        await t1.write(vendor.opening.join('') + vendor.token);
        await until(() => parts.some(({ type }) => type === 'text-delta'));
        await everySecond(stage, t1, vendor.token, seen);
        return { ...(await seen), waited: stage.clock.now() };
      }),
  },
  {
    number: 32,
    fault: 'an answer that comes after half a minute',
    vendors: all,
    expected: () => {
      const seen = { attempts: ['T1 timeout', 'T2 success'], hits: 1, answer: 'T2', late: 'not read' };
      return { chat: { ...seen, waited: 10 * second }, stream: { ...seen, waited: 4 * second } };
    },
    play: (vendor) =>
      eachWay((how) =>
        onStage(vendor, { timeout }, async (stage) => {
          let answerNow = async (): Promise<void> => {};
          stage.t1.behave((response, received) => {
            answerNow = async () => answer(vendor, how)(response, received);
          });
          const { seen } = ask(stage, how);
          await until(() => stage.t1.received.length === 1);
          await stage.clock.advance(how === 'chat' ? timeout.attempt : timeout.firstToken);
          const first = { ...(await seen), waited: stage.clock.now() };
          await stage.t1.received[0]?.over;
          await answerNow();
          await turns();
          return { ...first, late: stage.t1.received[0]?.complete ? 'taken' : 'not read' };
        }),
      ),
  },
  {
    number: 34,
    fault: 'characters split between packets; bytes that are no UTF-8',
    vendors: all,
    expected: ({ name }) => {
      const split = { answer: `T1: ${mixed}`, attempts: ['T1 success'], hits: 1 };
      const replaced = { answer: 'T1: a\uFFFDb', attempts: ['T1 success'], hits: 1 };
      const refused = { answer: 'T2', attempts: ['T1 network', 'T2 success'], hits: 1 };
      // Streams have to be UTF-8 for the older SDK.
      const invalid = name === 'google-legacy' ? refused : replaced;
      return { chat: { split, invalid: replaced }, stream: { split, invalid } };
    },
    play: (vendor) =>
      eachWay(async (how) => {
        const bytesOf = (text: string): Buffer => {
          const said = vendor.said(text);
          return Buffer.from(how === 'chat' ? JSON.stringify(said.answer) : said.stream.join(''));
        };
        const once = (pieces: readonly Uint8Array[]): Promise<Facts> =>
          onStage(vendor, {}, async (stage) => {
            const { does } = hand(how);
            stage.t1.behave(async (response, received) => {
              await does(response, received);
              for (const piece of pieces) await new Promise((resolve) => response.write(piece, resolve));
              response.end();
            });
            return ask(stage, how).seen;
          });
        return {
          split: await once(Array.from(bytesOf(mixed), (byte) => Uint8Array.of(byte))),
          invalid: await once([bytesOf('a#b').map((byte) => (byte === 0x23 ? 0xff : byte))]),
        };
      }),
  },
  {
    number: 35,
    fault: 'other spellings of an event stream',
    vendors: all,
    expected: ({ name }) => {
      const ok = { answer: 'T1', attempts: ['T1 success'], hits: 1 };
      const seen: Record<string, Facts> = Object.fromEntries(
        Object.keys(spellings).map((spelling) => [spelling, ok]),
      );
      if (name === 'google-legacy') {
        // This SDK knows one spelling; another one is a failure, and never half an answer taken for a whole one.
        seen['no blank line at the end'] = half('malformed');
        for (const spelling of ['data over several lines', 'no space after the colon']) {
          seen[spelling] = { answer: 'T2', attempts: ['T1 malformed', 'T2 success'], hits: 1 };
        }
      }
      return seen;
    },
    async play(vendor) {
      const list = vendor.said(words).stream.map((event) => event.replaceAll('\r\n', '\n'));
      const seen: Record<string, Facts> = {};
      for (const [name, spell] of Object.entries(spellings)) {
        seen[name] = await onStage(vendor, {}, (stage) => {
          stage.t1.behave(events([spell(list, vendor)]));
          return ask(stage, 'stream').seen;
        });
      }
      return seen;
    },
  },
  {
    number: 38,
    fault: 'half a million tiny events (CI: 22,000); a reader that stops in the middle of a flood',
    vendors: all,
    expected: ({ name }) => ({
      whole: true,
      costOfEachGrows: false,
      // The older SDK reads on, whether or not anybody reads what it has.
      takenUnread: name === 'google-legacy' ? 'not limited' : 'below 32 MB',
    }),
    async play(vendor, full) {
      const few = full ? 50_000 : 2_000;
      await tiny(vendor, 1_000); // the SDK is loaded, the code is warm
      const [short, long] = [await tiny(vendor, few), await tiny(vendor, 10 * few)];
      return {
        whole: short.whole && long.whole,
        // Ten times where it is quadratic.
        costOfEachGrows: long.microseconds > 4 * short.microseconds,
        takenUnread: vendor.name === 'google-legacy' ? 'not limited' : await takenUnread(vendor),
      };
    },
  },
  {
    number: 50,
    fault: 'the reader leaves; the reader never reads',
    vendors: all,
    expected: () => ({ leaves: 'closed', unread: 'open', unreadAtTheEnd: 'closed', against: 'nothing' }),
    play: (vendor) =>
      onStage(vendor, { timeout: { attempt: 60 * second } }, async (stage) => {
        const begun = events([...vendor.opening, vendor.token], 'silence');
        stage.t1.behave(begun);
        const state = async (nth: number): Promise<string> => {
          await turns(40);
          return stage.t1.pending > nth ? 'open' : 'closed';
        };
        for await (const _ of await stage.router.stream({ prompt: 'Hi' })) break;
        await until(() => stage.t1.pending === 0);
        const leaves = await state(0);
        let unread = '';
        for (let count = 0; count < 3; count++) {
          const stream = await stage.router.stream({ prompt: 'Hi' });
          unread = await state(0);
          await stage.clock.advance(60 * second);
          await until(() => stage.t1.pending === 0);
          await outcome(read(stream));
        }
        return { leaves, unread, unreadAtTheEnd: await state(0), against: verdict(stage) };
      }),
  },
  {
    number: 51,
    fault: 'a reader that takes its time: longer for each token than timeout.idle',
    vendors: all,
    expected: () => ({ text: 'Hello'.repeat(10), attempts: ['success'], against: 'nothing' }),
    play: (vendor) =>
      onStage(vendor, { timeout: { idle: 500 } }, async (stage) => {
        const { opening, token, closing } = vendor;
        stage.t1.behave(events([...opening, ...Array.from({ length: 10 }, () => token), ...closing]));
        const stream = await stage.router.stream({ prompt: 'Hi' });
        let text = '';
        for await (const part of stream) {
          if (part.type === 'text-delta') text += part.text;
          await stage.clock.advance(5 * second);
        }
        const { attempts } = await stream.result;
        return { text, attempts: attempts.map(({ outcome: end }) => end), against: verdict(stage) };
      }),
  },
];
