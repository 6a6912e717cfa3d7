import fc from 'fast-check';
import type { RouterOptions, StreamPart } from 'signalbox';
import {
  block,
  type Guard,
  guardrails,
  names,
  patterns,
  pii,
  redact,
  secrets,
  urls,
  words,
} from 'signalbox/guardrails';
import { describe, expect, it } from 'vitest';
import { read, textOf, world } from '../../support/requests.ts';
import { planted, privateKey } from './planted.ts';

type Items = Parameters<typeof guardrails>[0];

const guarded = (items: Items): Pick<RouterOptions, 'plugins'> => ({ plugins: [guardrails(items)] });

/** What a reader sees of a text that comes in these chunks. */
async function stream(items: Items, chunks: readonly string[]): Promise<readonly StreamPart[]> {
  const { router } = world({ a: [{ text: chunks }] }, guarded(items));
  return read(await router.stream({ prompt: 'Hi' }));
}
const chunked = (text: string, sizes: readonly number[]): string[] => {
  const chunks: string[] = [];
  for (let at = 0, turn = 0; at < text.length; turn++) {
    const size = sizes[turn % sizes.length] ?? 1;
    chunks.push(text.slice(at, at + size));
    at += size;
  }
  return chunks;
};

/** What guards find, with a label that may be part of the rule. */
const kinds: Readonly<Record<string, readonly [guards: Items, value: string, label?: string]>> = {
  'a GitHub token': [[block(secrets())], planted.github],
  'a Slack token': [[block(secrets())], planted.slack],
  'an AWS key': [[block(secrets())], planted.aws],
  'a JWT': [[block(secrets())], planted.jwt],
  'a password with a label': [[block(secrets())], 'Xq9vZhunter2', 'Passwort lautet '],
  'a bearer token': [[block(secrets())], 'gI5sX9iTJngzbuoAJyrPyJ6cw5vySLoROswcHTVx', 'Bearer '],
  'a password in a URL': [[block(secrets())], 'amqps://svc:ZaVXfoMdJo0WXG@rabbit.internal'],
  'a token without spaces around it': [[block(secrets())], planted.github, '令牌'],
  'a private key': [[block(secrets())], privateKey],
  'an e-mail address': [[block(pii())], planted.email],
  'an e-mail address with other letters': [[block(pii())], 'jürgen.łoś@münchen.de'],
  'a card': [[block(pii())], planted.card],
  'an IBAN': [[block(pii())], planted.iban],
  'an IBAN in small letters': [[block(pii())], 'de89370400440532013000'],
  'an IBAN with few digits': [[block(pii())], 'GB33 BUKB 2020 1555 5555 55'],
  'a phone number': [[block(pii())], planted.phone],
  'a mobile phone in China': [[block(pii())], '138-0013-8000'],
  'an IP address': [[block(pii())], planted.ip],
  'a national id': [[block(pii())], planted.ssn],
  'a word': [[block(words(['Project Bluebird']))], 'Project Bluebird'],
  'a name': [[block(names(['Ada Lovelace']))], 'Ada Lovelace'],
  'a pattern': [[block(patterns({ TICKET: /TCK-\d{6}/ }))], 'TCK-123456'],
  'a URL': [[block(urls({ allow: ['example.com'] }))], 'https://evil.example/steal?x=1'],
};

describe.each(Object.entries(kinds))('%s in a stream', (_, [items, secret, label = '']) => {
  const text = `Well, here it is: ${label}${secret} and that is all.`;
  const at = text.indexOf(secret);
  const before = text.slice(0, at);

  it('leaks nothing, wherever it is cut', async () => {
    for (let cut = 1; cut < secret.length; cut++) {
      const chunks = [text.slice(0, at + cut), text.slice(at + cut)];
      const parts = await stream(items, chunks);
      expect(before.startsWith(textOf(parts))).toBe(true);
      expect(parts.at(-1)).toMatchObject({ finishReason: 'content-filter' });
    }
  });

  it.each([
    ['in characters', 1],
    ['in threes', 3],
    ['in one chunk', 100_000],
  ])('leaks nothing %s', async (_name, size) => {
    const parts = await stream(items, chunked(text, [size]));
    expect(before.startsWith(textOf(parts))).toBe(true);
    expect(parts.at(-1)).toMatchObject({ finishReason: 'content-filter' });
  });

  it('leaks nothing at the end of the answer', async () => {
    const parts = await stream(items, chunked(text.slice(0, at + secret.length), [2]));
    expect(before.startsWith(textOf(parts))).toBe(true);
  });

  it('leaks nothing from reasoning', async () => {
    const content = [{ type: 'reasoning', text } as const, { type: 'text', text: 'done' } as const];
    const { router } = world({ a: [{ content }] }, guarded(items));
    const parts = await read(await router.stream({ prompt: 'Hi' }));
    const reasoning = parts.map((part) => (part.type === 'reasoning-delta' ? part.text : '')).join('');
    expect(before.startsWith(reasoning)).toBe(true);
    expect(textOf(parts)).toBe('');
  });
});

describe('redaction in a stream', () => {
  const redacting: Items = [redact(secrets()), redact(pii()), redact(words(['bluebird']))];
  const { password: _, ...alone } = planted;
  const value = fc.constantFrom(...Object.values(alone), `password: ${planted.password}`, 'bluebird');
  const filler = fc.oneof(
    fc.string({ unit: 'grapheme', maxLength: 20 }),
    fc.constantFrom('', ' ', '. ', '\n', 'the ', 'été 東京 ', 'Order 42 ', '👩‍👩‍👧 '),
  );
  const pieces = fc.array(fc.tuple(filler, value), { minLength: 1, maxLength: 4 });
  const sizes = fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 6 });

  it('gives the same as a chat, wherever the values are and the chunks end', async () => {
    await fc.assert(
      fc.asyncProperty(pieces, sizes, async (list, lengths) => {
        const text = `${list.map(([before, secret]) => `${before} ${secret} `).join('')}end`;
        const { router } = world({ a: [{ text }] }, guarded(redacting));
        const whole = (await router.chat({ prompt: 'Hi' })).text;
        expect(textOf(await stream(redacting, chunked(text, lengths)))).toBe(whole);
        for (const [, secret] of list) expect(whole).not.toContain(secret.replace('password: ', ''));
      }),
      { numRuns: 300 },
    );
  });

  it.each([
    ['a number before a card', '5 4111 1111 1111 1111 x', '5 [CARD] x'],
    ['a number behind a card', '4111 1111 1111 1111 2026 x', '[CARD] 2026 x'],
    ['a number behind an IBAN', 'ES91 2100 0418 4502 0005 1332 2026 x', '[IBAN] 2026 x'],
    ['two cards', '4111 1111 1111 1111 5500 0000 0000 0004 x', '[CARD] [CARD] x'],
  ])('tells a value from what is beside it: %s', async (_, text, expected) => {
    expect(textOf(await stream([redact(pii({ phone: false }))], chunked(text, [1])))).toBe(expected);
  });

  it('changes nothing in texts without a value', async () => {
    const plain = fc
      .string({ unit: 'grapheme', maxLength: 200 })
      .filter((text) => !/[@:]|\d/.test(text.normalize('NFKC')));
    await fc.assert(
      fc.asyncProperty(plain, sizes, async (text, lengths) => {
        const parts = await stream(redacting, chunked(text, lengths));
        expect(textOf(parts)).toBe(text);
      }),
      { numRuns: 300 },
    );
  });

  it.each(['ａｄａ＠ｘ.ｅｘａｍｐｌｅ', 'a\u200bda@x.exam\u00adple', '４１１１ １１１１ １１１１ １１１１'])(
    'sees through disguised characters: %s',
    async (disguised) => {
      const text = textOf(await stream([redact(pii())], chunked(`It is ${disguised} today`, [1])));
      expect(text).toMatch(/^It is \[(EMAIL|CARD)\] today$/);
    },
  );
});

describe('the delay of a guarded stream', () => {
  it('is one word, where nothing is suspicious', async () => {
    const { router } = world(
      { a: [{ text: ['Hel', 'lo ', 'there', ' friend'] }] },
      guarded([block(secrets()), block(pii())]),
    );
    const seen: string[] = [];
    for await (const part of await router.stream({ prompt: 'Hi' }))
      if (part.type === 'text-delta') seen.push(part.text);
    expect(seen).toEqual(['Hello ', 'there ', 'friend']);
  });

  it('holds back no more than the longest pattern', async () => {
    const run = 'x'.repeat(1_000);
    let read = 0;
    let most = 0;
    const { router } = world({ a: [{ text: chunked(run, [10]) }] }, guarded([block(pii())]));
    let sent = 0;
    for await (const part of await router.stream({ prompt: 'Hi' })) {
      if (part.type !== 'text-delta') continue;
      sent += part.text.length;
      read += 1;
      if (read > 1) most = Math.max(most, part.text.length);
    }
    expect(sent).toBe(1_000);
    expect(most).toBeLessThanOrEqual(330);
  });

  it('is in the decision', async () => {
    const slow: Guard = {
      name: 'slow',
      on: ['output'],
      reads: 'sentence',
      timeout: 10_000,
      check: () => new Promise((resolve) => later.push(() => resolve({ ok: true }))),
    };
    const later: (() => void)[] = [];
    const { router, clock } = world({ a: [{ text: ['One. ', 'Two.'] }] }, guarded([slow]));
    const stream = await router.stream({ prompt: 'Hi' });
    const reading = read(stream);
    for (let turn = 0; turn < 4; turn++) {
      await clock.advance(250);
      later.shift()?.();
      await clock.advance(0);
    }
    await reading;
    const { decision } = await stream.result;
    expect(decision?.notes?.[0]?.facts).toMatchObject({ guard: 'slow', verdict: 'ok', checks: 2 });
    expect(decision?.notes?.[0]?.facts['delay']).toBeGreaterThanOrEqual(250);
  });
});

describe('guards that read sentences', () => {
  const seen: string[] = [];
  const sentences: Guard = {
    name: 'sentences',
    on: ['output'],
    reads: 'sentence',
    check(text) {
      seen.push(text);
      return text.includes('bad') ? { block: 'bad' } : { ok: true };
    },
  };

  it('get complete sentences, which go on once they have passed', async () => {
    seen.length = 0;
    const parts = await stream([sentences], chunked('First one. Second one! Third', [4]));
    expect(seen.map((text) => text.trim())).toEqual(['First one.', 'Second one!', 'Third']);
    expect(textOf(parts)).toBe('First one. Second one! Third');
  });

  it('block before anything of the sentence goes out', async () => {
    const parts = await stream([sentences], chunked('Fine so far. This is bad. More.', [3]));
    expect(textOf(parts).trim()).toBe('Fine so far.');
  });
});

describe('guards that read whole answers', () => {
  const whole: Guard = {
    name: 'whole',
    on: ['output'],
    check: (text) => {
      const at = text.indexOf('secret');
      return at < 0 ? { ok: true } : { replace: [{ start: at, end: at + 6, with: '***' }] };
    },
  };

  it('buffer the stream, with a warning', async () => {
    const { router } = world({ a: [{ text: ['the sec', 'ret is', ' out'] }] }, guarded([whole]));
    const answer = await router.stream({ prompt: 'Hi' });
    expect(textOf(await read(answer))).toBe('the *** is out');
    expect((await answer.result).warnings).toMatchObject([{ feature: 'guardrails' }]);
  });

  it('block before anything goes out, so that another target can answer', async () => {
    const no: Guard = {
      name: 'no',
      on: ['output'],
      check: (text) => (text.includes('bad') ? { block: 'bad' } : { ok: true }),
    };
    const targets = { a: [{ text: ['good ', 'bad'] }], b: [{ text: 'fine' }] };
    const { router } = world(targets, { ...guarded([no]), fallbackOn: ['guard'] });
    expect(textOf(await read(await router.stream({ prompt: 'Hi' })))).toBe('fine');
  });
});

describe('tool calls in a stream', () => {
  const content = [
    { type: 'text', text: 'Calling.' } as const,
    {
      type: 'tool-call',
      toolCallId: 'c1',
      toolName: 'mail',
      input: { to: planted.email, n: 4111111111111111 },
    } as const,
  ];

  it('are held until they are complete, and checked', async () => {
    const { router } = world({ a: [{ content, finishReason: 'tool-calls' }] }, guarded([redact(pii())]));
    const parts = await read(await router.stream({ prompt: 'Hi' }));
    const call = parts.find(({ type }) => type === 'tool-call');
    expect(call).toMatchObject({ input: { to: '[EMAIL]', n: '[CARD]' } });
    expect(JSON.stringify(parts)).not.toContain(planted.email);
  });

  it('are blocked', async () => {
    const { router } = world({ a: [{ content, finishReason: 'tool-calls' }] }, guarded([block(pii())]));
    const parts = await read(await router.stream({ prompt: 'Hi' }));
    expect(parts.map(({ type }) => type)).toEqual(['finish']);
  });
});

describe('raw chunks', () => {
  it('do not pass a guard', async () => {
    const { router } = world({ a: [{ text: 'x' }] }, guarded([block(pii())]));
    const parts = await read(await router.stream({ prompt: 'Hi', includeRaw: true }));
    expect(parts.map(({ type }) => type)).not.toContain('raw');
  });
});
