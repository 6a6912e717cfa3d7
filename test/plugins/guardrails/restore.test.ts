import fc from 'fast-check';
import { createRouter, type Message, type Plugin, type StreamPart } from 'signalbox';
import { guardrails, names, pii, redact, words } from 'signalbox/guardrails';
import { type LedgerWriter, ledger } from 'signalbox/ledger';
import { type Script, scriptedProvider } from 'signalbox/testing';
import { describe, expect, it } from 'vitest';
import { read, textOf, world } from '../../support/requests.ts';
import { planted } from './planted.ts';

const restoring = (restore: true | 'session' = true) => ({
  plugins: [
    guardrails([redact(pii(), { restore }), redact(names(['Ada Lovelace', 'O"Brien']), { restore })]),
  ],
});
const sent = (calls: readonly unknown[] | undefined): string => JSON.stringify(calls?.at(-1));
const prompt = `Mail ${planted.email} and bob@x.example, then ${planted.email} again`;

describe('redact with restore', () => {
  it('sends placeholders, the same for the same value, and restores them', async () => {
    const { router, providers } = world({ a: [{ text: 'Sent to [EMAIL_1] and [EMAIL_2].' }] }, restoring());
    const { text } = await router.chat({ prompt });
    expect(sent(providers['a']?.calls)).toContain('Mail [EMAIL_1] and [EMAIL_2], then [EMAIL_1] again');
    expect(text).toBe(`Sent to ${planted.email} and bob@x.example.`);
  });

  it.each([
    '[EMAIL_1]',
    '[EMAIL 1]',
    '[email_1]',
    'EMAIL_1',
    'email_1',
    '[[EMAIL_1]]',
    '\\[EMAIL\\_1\\]',
    '[ EMAIL_1 ]',
    '{EMAIL_1}',
    '[EMAIL-1]',
    '[Email#1]',
    '【EMAIL_1】',
  ])('restores what a model makes of a placeholder: %s', async (form) => {
    const { router } = world({ a: [{ text: `To ${form}, soon` }] }, restoring());
    expect((await router.chat({ prompt })).text).toBe(`To ${planted.email}, soon`);
    const chunks = [...`To ${form}, soon`];
    const { router: streaming } = world({ a: [{ text: chunks }] }, restoring());
    expect(textOf(await read(await streaming.stream({ prompt })))).toBe(`To ${planted.email}, soon`);
  });

  it.each(['[EMAIL_9]', 'MY_EMAIL_1', 'EMAIL_11', 'email 1', '[CARD_1]', 'EMAIL_1a'])(
    'leaves what it does not know: %s',
    async (form) => {
      const { router } = world({ a: [{ text: `x ${form} y` }] }, restoring());
      expect((await router.chat({ prompt })).text).toBe(`x ${form} y`);
    },
  );

  it('does not take a placeholder that the caller wrote for one of its own', async () => {
    const { router, providers } = world({ a: [{ text: '[EMAIL_1] [EMAIL_2]' }] }, restoring());
    const { text } = await router.chat({ prompt: `Is [EMAIL_1] ${planted.email}?` });
    expect(sent(providers['a']?.calls)).toContain('Is [EMAIL_1] [EMAIL_2]?');
    expect(text).toBe(`[EMAIL_1] ${planted.email}`);
  });

  it('restores tool arguments, escaped, also in their deltas', async () => {
    const input = { to: '[NAME_1]', list: ['x [EMAIL_1]'], '[EMAIL_1]': 1 };
    const content = [{ type: 'tool-call', toolCallId: 'c', toolName: 'mail', input } as const];
    const { router } = world({ a: [{ content, finishReason: 'tool-calls' }] }, restoring());
    const request = { prompt: `Mail O"Brien at ${planted.email}` };
    const expected = { to: 'O"Brien', list: [`x ${planted.email}`], [planted.email]: 1 };
    expect((await router.chat(request)).toolCalls[0]?.input).toEqual(expected);
    const parts = await read(await router.stream(request));
    expect(parts.find(({ type }) => type === 'tool-call')).toMatchObject({ input: expected });
    const deltas = parts.map((part) => (part.type === 'tool-call-delta' ? part.text : '')).join('');
    if (deltas !== '') expect(JSON.parse(deltas)).toEqual(expected);
  });

  it('restores objects, escaped', async () => {
    const schema = { type: 'object', properties: { name: { type: 'string' } }, required: ['name'] } as const;
    const text = '{"name": "[NAME_1]"}';
    const { router } = world({ a: [{ text }] }, restoring());
    expect((await router.chat({ prompt: 'Who is O"Brien?', schema })).object).toEqual({ name: 'O"Brien' });
    const stream = await router.stream({ prompt: 'Who is O"Brien?', schema });
    expect((await stream.result).object).toEqual({ name: 'O"Brien' });
  });

  it('redacts the whole conversation, with the same placeholders when it grows', async () => {
    const { router, providers } = world({ a: [{ text: 'ok [EMAIL_1]' }] }, restoring());
    const first: Message[] = [
      { role: 'system', content: 'You serve Ada Lovelace' },
      { role: 'user', content: prompt },
    ];
    const { content } = await router.chat({ messages: first });
    const before = sent(providers['a']?.calls.map(({ messages }) => messages)).slice(0, -1);
    await router.chat({
      messages: [...first, { role: 'assistant', content }, { role: 'user', content: 'and new@x.example' }],
    });
    const after = sent(providers['a']?.calls.map(({ messages }) => messages));
    expect(after.startsWith(before)).toBe(true);
    expect(after).toContain('ok [EMAIL_1]');
    expect(after).toContain('and [EMAIL_3]');
  });

  it('redacts embeddings and never restores them', async () => {
    const { router, providers } = world({ a: [{}] }, restoring());
    await router.embed({ values: [`about ${planted.email}`] });
    expect(sent(providers['a']?.embedCalls)).toContain('about [EMAIL_1]');
  });

  it('keeps values from caches, mirrors, observers and events', async () => {
    const seen: unknown[] = [];
    const ends: unknown[] = [];
    const spy: Plugin = {
      name: 'spy',
      lookup: ({ request }) => {
        seen.push(request);
        return undefined;
      },
      observe: (context) => ({
        part: (part) => seen.push(part),
        answer: ({ raw: _, ...answer }) => seen.push(answer),
        end: ({ given, result }) => {
          ends.push(given);
          expect(JSON.stringify(result)).toContain(context.shadow ? 'ok' : 'lovelace');
        },
        attempt: ({ context }) => {
          seen.push(context.request);
          return undefined;
        },
      }),
    };
    const options = { plugins: [...restoring().plugins, spy], mirror: { target: 'b', ratio: 1 } };
    const { router, providers, events, clock } = world({ a: [{ text: 'to [EMAIL_1]' }], b: [{}] }, options);
    expect((await router.chat({ prompt })).text).toContain(planted.email);
    await read(await router.stream({ prompt }));
    await clock.advance(100);
    expect(providers['b']?.calls.length).toBeGreaterThan(0);
    const all = JSON.stringify([seen, ends, providers['a']?.calls, providers['b']?.calls, events]);
    expect(all).toContain('EMAIL_1');
    expect(all).not.toContain('lovelace');
  });

  it('delays a stream by no more than a possible placeholder', async () => {
    const { router } = world(
      { a: [{ text: ['Hello there. ', 'To [EMA', 'IL_1]. ', 'Bye. '] }] },
      restoring(),
    );
    const seen: string[] = [];
    for await (const part of await router.stream({ prompt }))
      if (part.type === 'text-delta') seen.push(part.text);
    expect(seen).toEqual(['Hello there. ', 'To ', `${planted.email}. `, 'Bye. ']);
  });

  it('restores every value, wherever the chunks end', async () => {
    const values = fc.uniqueArray(fc.stringMatching(/^[a-z]{1,8}@[a-z]{2,6}\.(com|org|dev)$/), {
      minLength: 1,
      maxLength: 5,
    });
    const sizes = fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1, maxLength: 5 });
    const filler = fc
      .string({ unit: 'grapheme', maxLength: 12 })
      .filter((text) => !/[\w@[\]{}\\\u00ad]/.test(text));
    await fc.assert(
      fc.asyncProperty(values, sizes, filler, async (emails, lengths, between) => {
        const script = (call: unknown): Script => {
          const text = String((call as { messages: readonly { content: string }[] }).messages[0]?.content);
          expect(emails.some((email) => text.includes(email))).toBe(false);
          const chunks: string[] = [];
          for (let at = 0, turn = 0; at < text.length; at += chunks.at(-1)?.length ?? 1, turn++)
            chunks.push(text.slice(at, at + (lengths[turn % lengths.length] ?? 1)));
          return { text: chunks };
        };
        const targets = [{ provider: scriptedProvider('a', script as never), model: 'm' }];
        const router = createRouter({ targets, ...restoring() });
        const text = emails.join(` ${between} `);
        expect(textOf(await read(await router.stream({ prompt: text })))).toBe(text);
        expect((await router.chat({ prompt: text })).text).toBe(text);
      }),
      { numRuns: 150 },
    );
  });
});

describe('placeholders of a session', () => {
  it('are the same in all requests of the session, and restored in later ones', async () => {
    const { router, providers } = world({ a: [{ text: '[EMAIL_1] [EMAIL_2]' }] }, restoring('session'));
    const options = { session: 's', tenant: 't' };
    await router.chat({ prompt: `One ${planted.email}` }, options);
    const { text } = await router.chat({ prompt: `Two new@x.example ${planted.email}` }, options);
    expect(sent(providers['a']?.calls)).toContain('Two [EMAIL_2] [EMAIL_1]');
    expect(text).toBe(`${planted.email} new@x.example`);
  });

  it.each([
    ['another session', { session: 'other', tenant: 't' }],
    ['another tenant', { session: 's', tenant: 'other' }],
    ['another user', { session: 's', tenant: 't', user: 'u' }],
    ['no session', { tenant: 't' }],
  ])('are unknown to %s', async (_, options) => {
    const { router } = world({ a: [{ text: '[EMAIL_1]' }] }, restoring('session'));
    await router.chat({ prompt: planted.email }, { session: 's', tenant: 't' });
    expect((await router.chat({ prompt: 'Hi' }, options)).text).toBe('[EMAIL_1]');
  });

  it('are deleted after an hour without a request', async () => {
    const { router, clock } = world({ a: [{ text: '[EMAIL_1]' }] }, restoring('session'));
    await router.chat({ prompt: planted.email }, { session: 's' });
    await clock.advance(3_600_001);
    expect((await router.chat({ prompt: 'Hi' }, { session: 's' })).text).toBe('[EMAIL_1]');
  });
});

describe('two hundred overlapping requests', () => {
  const users = Array.from({ length: 200 }, (_, index) => ({
    email: `user${index}@mail${index}.example`,
    session: index % 3 === 0 ? undefined : `s${index % 40}`,
    stream: index % 2 === 0,
  }));
  const overlapping = (restore: true | 'session') => {
    const script = (_call: unknown, index: number): Script => ({
      text: ['Dear [EMA', 'IL_1], ', 'hello'],
      delay: (index * 7) % 23,
      gap: index % 5,
    });
    return world({ a: script as never }, { ...restoring(restore), concurrency: 500 });
  };

  it.each([
    ['request', true],
    ['session', 'session'],
  ] as const)('with the same placeholders are never crossed: %s', async (_, restore) => {
    const { router, clock } = overlapping(restore);
    const sessions = new Map<string, string>();
    const running = users.map(async ({ email, session, stream }) => {
      const options = session === undefined ? {} : { session, tenant: `t${email}` };
      sessions.set(JSON.stringify(options), email);
      const request = { prompt: `I am ${email}` };
      const text = stream
        ? textOf((await read(await router.stream(request, options))) as StreamPart[])
        : (await router.chat(request, options)).text;
      expect(text).toBe(`Dear ${email}, hello`);
    });
    for (let turn = 0; turn < 80; turn++) await clock.advance(1);
    await Promise.all(running);
  });

  it('of one session share its placeholders', async () => {
    const { router, clock, providers } = overlapping('session');
    const running = users.map(({ email }) => router.chat({ prompt: `I am ${email}` }, { session: 'one' }));
    for (let turn = 0; turn < 80; turn++) await clock.advance(1);
    for (const { text } of await Promise.all(running)) expect(text).toBe(`Dear ${users[0]?.email}, hello`);
    const asked = providers['a']?.calls.map(({ messages }) => String(messages[0]?.content)) ?? [];
    expect(new Set(asked).size).toBe(200);
  });
});

describe('a word list with restore', () => {
  it('restores phrases', async () => {
    const plugins = [
      guardrails([redact(words(['Project Bluebird'], { entity: 'PROJECT' }), { restore: true })]),
    ];
    const { router, providers } = world({ a: [{ text: '[PROJECT_1] is fine' }] }, { plugins });
    expect((await router.chat({ prompt: 'How is project bluebird?' })).text).toBe('project bluebird is fine');
    expect(sent(providers['a']?.calls)).toContain('How is [PROJECT_1]?');
  });
});

describe('a ledger that keeps content', () => {
  it('gets placeholders and verdicts, never the values', async () => {
    const rows: unknown[] = [];
    const writer: LedgerWriter = { name: 'rows', append: async (batch) => void rows.push(...batch) };
    const plugins = [...restoring().plugins, ledger(writer, { content: 'full' })];
    const { router } = world({ a: [{ text: 'to [EMAIL_1]' }] }, { plugins });
    expect((await router.chat({ prompt })).text).toContain(planted.email);
    await read(await router.stream({ prompt }));
    await router.close();
    const written = JSON.stringify(rows);
    expect(written).toContain('to [EMAIL_1]');
    expect(written).toContain('"guard":"pii"');
    expect(written).not.toContain('lovelace');
  });
});
