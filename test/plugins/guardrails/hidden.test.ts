import fc from 'fast-check';
import { type ContentPart, createRouter, type JSONValue, type ProviderOptions } from 'signalbox';
import { block, type Guard, guardrails, names, pii, redact } from 'signalbox/guardrails';
import { scriptedProvider } from 'signalbox/testing';
import { describe, expect, it } from 'vitest';
import { read, rejection, textOf, world } from '../../support/requests.ts';
import { planted } from './planted.ts';

const guarded = (...guards: readonly Guard[]) => ({ plugins: [guardrails(guards)] });
const name = 'Ada "Countess" Lovelace';
const schema = { type: 'object', properties: { q: { type: 'string' } }, required: ['q'] } as const;

/** A block that the vendor needs back, beside what is read from it. */
const searched = (found: string): ContentPart => ({
  type: 'tool-result',
  toolCallId: 's1',
  toolName: 'web_search',
  output: { type: 'json', value: [{ title: found }] },
  providerExecuted: true,
  providerOptions: {
    a: {
      block: {
        type: 'web_search_tool_result',
        tool_use_id: 's1',
        content: [{ type: 'web_search_result', title: found, encrypted_content: `x ${found}` }],
        input: JSON.stringify({ query: `${found} "here"` }),
      },
    },
  },
});
const cited = (text: string): ContentPart => ({
  type: 'text',
  text: 'It is so.',
  providerOptions: { a: { citations: [{ type: 'char_location', cited_text: text }] } },
});
const source = (url: string): ContentPart => ({ type: 'source', sourceType: 'url', id: url, url });

const redactedBlock = {
  content: [{ title: '[EMAIL]', encrypted_content: `x ${planted.email}` }],
  input: JSON.stringify({ query: '[EMAIL] "here"' }),
};

describe("a vendor's own data in an answer", () => {
  const content = [
    searched(planted.email),
    cited(planted.email),
    source(`https://x.example/${planted.email}`),
  ];

  it('is redacted, except for what the vendor decrypts', async () => {
    const { router } = world({ a: [{ content }] }, guarded(redact(pii())));
    const { content: whole } = await router.chat({ prompt: 'Hi' });
    expect(whole[0]).toMatchObject({
      output: { value: [{ title: '[EMAIL]' }] },
      providerOptions: { a: { block: redactedBlock } },
    });
    expect(JSON.stringify(whole.slice(1))).not.toContain(planted.email);
    const parts = await read(await router.stream({ prompt: 'Hi' }));
    const shown = JSON.stringify(parts).replaceAll(`x ${planted.email}`, '');
    expect(shown).toContain('[EMAIL]');
    expect(shown).not.toContain(planted.email);
  });

  it.each([
    ['a block', [searched(planted.email)]],
    ['citations', [cited(planted.email)]],
    ['a source', [source(`https://x.example/${planted.email}`)]],
  ])('is blocked: %s', async (_, parts) => {
    const { router } = world({ a: [{ content: parts }] }, guarded(block(pii())));
    expect(await router.chat({ prompt: 'Hi' })).toMatchObject({
      finishReason: 'content-filter',
      content: [],
    });
    expect((await read(await router.stream({ prompt: 'Hi' }))).map(({ type }) => type)).toEqual(['finish']);
  });

  it('is restored', async () => {
    const { router } = world(
      { a: [{ content: [searched('[EMAIL_1]')] }] },
      guarded(redact(pii(), { restore: true })),
    );
    const { content: whole } = await router.chat({ prompt: `I am ${planted.email}` });
    const input = JSON.stringify({ query: `${planted.email} "here"` });
    expect(whole[0]).toMatchObject({
      providerOptions: { a: { block: { content: [{ title: planted.email }], input } } },
    });
  });

  it('is seen by guards in shadow mode', async () => {
    const { router } = world(
      { a: [{ content: [searched(planted.email)] }] },
      guarded(block(pii(), { mode: 'shadow' })),
    );
    const { decision } = await router.chat({ prompt: 'Hi' });
    expect(decision?.notes?.map(({ facts }) => facts)).toContainEqual(
      expect.objectContaining({ stage: 'tool-result', direction: 'answer', verdict: 'block', shadow: true }),
    );
  });

  it('does not come with a text that a guard has changed, which its signature does not fit', async () => {
    const options = { a: { signature: 'sig' } };
    const reasoning = (text: string): ContentPart => ({ type: 'reasoning', text, providerOptions: options });
    const { router } = world(
      { a: [{ content: [reasoning(planted.email)] }, { content: [reasoning('nothing')] }] },
      guarded(redact(pii())),
    );
    expect((await router.chat({ prompt: 'Hi' })).content).toEqual([{ type: 'reasoning', text: '[EMAIL]' }]);
    expect((await router.chat({ prompt: 'Hi' })).content).toEqual([reasoning('nothing')]);
  });
});

describe('what a vendor reports beside an answer', () => {
  const google = (passage: string) => ({
    finishReason: 'STOP',
    groundingMetadata: { groundingSupports: [{ segment: { text: passage } }] },
  });
  /** A router whose vendor answers a text, and reports more beside it. */
  const reporting = (text: string, own: object, guard: Guard) => {
    const scripted = scriptedProvider('google', [{ text }]);
    const providerMetadata = { google: own } as ProviderOptions;
    const provider: typeof scripted = {
      ...scripted,
      chat: async (call) => ({ ...(await scripted.chat(call)), providerMetadata }),
      async *stream(call) {
        for await (const part of scripted.stream(call))
          yield part.type === 'finish' ? { ...part, providerMetadata } : part;
      },
    };
    return createRouter({ targets: [{ provider, model: 'm' }], ...guarded(guard) });
  };
  const answer = `Mail ${planted.email}.`;

  it('is redacted like the answer, without token probabilities', async () => {
    const own = { ...google(answer), logprobsResult: { chosenCandidates: ['ada', '@'] } };
    const router = reporting(answer, own, redact(pii()));
    const expected = { google: google('Mail [EMAIL].') };
    expect((await router.chat({ prompt: 'Hi' })).providerMetadata).toEqual(expected);
    const stream = await router.stream({ prompt: 'Hi' });
    expect((await stream.result).providerMetadata).toEqual(expected);
  });

  it('is restored like the answer', async () => {
    const router = reporting('ok', google('Mail [EMAIL_1].'), redact(pii(), { restore: true }));
    const { providerMetadata } = await router.chat({ prompt: `I am ${planted.email}` });
    expect(providerMetadata).toEqual({ google: google(answer) });
  });

  it('is left out where a guard blocks it', async () => {
    const router = reporting('Fine.', google(planted.email), block(pii()));
    const { text, providerMetadata, decision } = await router.chat({ prompt: 'Hi' });
    expect({ text, providerMetadata }).toEqual({ text: 'Fine.', providerMetadata: {} });
    expect(decision?.notes?.map(({ facts }) => facts)).toContainEqual(
      expect.objectContaining({ guard: 'pii', direction: 'answer', verdict: 'block' }),
    );
  });

  it('stays as it is otherwise', async () => {
    const router = reporting('Fine.', google('Fine.'), redact(pii()));
    expect((await router.chat({ prompt: 'Hi' })).providerMetadata).toEqual({ google: google('Fine.') });
  });
});

describe("a vendor's own data in a request", () => {
  const messages = [
    { role: 'user', content: 'Hi' },
    { role: 'assistant', content: [searched(planted.email)] },
    { role: 'user', content: 'Go on', providerOptions: { a: { name: planted.email } } },
  ] as const;

  it('is redacted', async () => {
    const { router, providers } = world({ a: [{}] }, guarded(redact(pii())));
    await router.chat({ messages });
    const sent = JSON.stringify(providers['a']?.calls[0]?.messages).replaceAll(`x ${planted.email}`, '');
    expect(sent).toContain('[EMAIL_1]');
    expect(sent).not.toContain(planted.email);
  });

  it('is redacted in options that are content, and left alone in others', async () => {
    const { router, providers } = world({ a: [{}] }, guarded(redact(pii())));
    const openai = (email: string) => ({
      prediction: { type: 'content', content: `Dear ${email}` },
      prompt: { id: 'pmpt_1', version: '2', variables: { to: email } },
      user: planted.email,
    });
    await router.chat({ prompt: 'Hi', providerOptions: { openai: openai(planted.email) } });
    expect(providers['a']?.calls[0]?.providerOptions).toEqual({ openai: openai('[EMAIL_1]') });
  });

  it('is left out of reasoning that has changed for good, which its signature does not fit', async () => {
    const thought = {
      type: 'reasoning',
      text: `It is ${planted.email}`,
      providerOptions: { a: { signature: 'sig' } },
    } as const;
    const conversation = [
      { role: 'user', content: 'Hi' },
      { role: 'assistant', content: [thought, { type: 'text', text: 'Hello' }] },
      { role: 'user', content: 'Go on' },
    ] as const;
    const sentWith = async (restore: boolean) => {
      const { router, providers } = world({ a: [{}] }, guarded(redact(pii(), { restore })));
      await router.chat({ messages: conversation });
      return providers['a']?.calls[0]?.messages[1]?.content[0];
    };
    expect(await sentWith(false)).toEqual({ type: 'reasoning', text: 'It is [EMAIL_1]' });
    expect(await sentWith(true)).toEqual({ ...thought, text: 'It is [EMAIL_1]' });
  });

  it('is blocked', async () => {
    const { router } = world({ a: [{}] }, guarded(block(pii())));
    expect(await rejection(router.chat({ messages: messages.slice(2) }))).toMatchObject({ guard: 'pii' });
  });
});

/** JSON of a text in which some characters are escapes. */
const escapedJSON = (text: string, escapes: readonly boolean[]): string => {
  const chars = [...text].map((char, index) => {
    if (escapes[index % escapes.length] !== true || char.length > 1) return JSON.stringify(char).slice(1, -1);
    return `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
  return `{"q":"${chars.join('')}"}`;
};

describe('values escaped in JSON', () => {
  const escapes = fc.array(fc.boolean(), { minLength: 1, maxLength: 9 });
  const sizes = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 4 });
  const value = fc.constantFrom<readonly [string, string]>(
    [planted.email, '[EMAIL]'],
    [planted.card, '[CARD]'],
    [planted.iban, '[IBAN]'],
    [name, '[NAME]'],
  );
  const around = fc.constantFrom('', 'x ', '"', ' \\ ', '\n', 'é "said" ', '東京 ');
  const guards = [redact(pii()), redact(names([name]))];

  it('are redacted in objects, in chats and streams, wherever the chunks end', async () => {
    await fc.assert(
      fc.asyncProperty(value, around, escapes, sizes, async ([secret, shown], beside, coded, lengths) => {
        const json = escapedJSON(`${beside} ${secret} ${beside}`, coded);
        const chunks: string[] = [];
        for (let at = 0, turn = 0; at < json.length; turn++) {
          const size = lengths[turn % lengths.length] ?? 1;
          chunks.push(json.slice(at, at + size));
          at += size;
        }
        const { router } = world({ a: [{ text: chunks }] }, guarded(...guards));
        const request = { prompt: 'Hi', schema };
        const expected = { q: `${beside} ${shown} ${beside}` };
        expect((await router.chat(request)).object).toEqual(expected);
        const stream = await router.stream(request);
        expect(JSON.parse(textOf(await read(stream)))).toEqual(expected);
        expect((await stream.result).object).toEqual(expected);
      }),
      { numRuns: 200 },
    );
  });

  it('go out word by word where nothing is suspicious', async () => {
    const chunks = ['{"q":"The \\"old\\" ', 'house \\u0061nd', ' its garden', '"}'];
    const { router } = world({ a: [{ text: chunks }] }, guarded(...guards));
    const seen: string[] = [];
    for await (const part of await router.stream({ prompt: 'Hi', schema }))
      if (part.type === 'text-delta') seen.push(part.text);
    expect(seen.join('')).toBe(chunks.join(''));
    expect(seen.length).toBeGreaterThan(2);
  });

  it.each<[string, JSONValue]>([
    ['a result of a tool', { type: 'text', value: JSON.stringify({ who: name }) }],
    ['a quoted object', { type: 'text', value: `The row is ${JSON.stringify({ who: name })}, I think` }],
  ])('are redacted in requests and restored: %s', async (_, output) => {
    const { router, providers } = world(
      { a: [{ text: '{"q":"[NAME_1]"}' }] },
      guarded(redact(names([name]), { restore: true })),
    );
    const call = { type: 'tool-call', toolCallId: 'c', toolName: 'who', input: {} } as const;
    const result = { type: 'tool-result', toolCallId: 'c', toolName: 'who', output } as const;
    const messages = [
      { role: 'user', content: 'Hi' },
      { role: 'assistant', content: [call] },
      { role: 'tool', content: [result] },
    ];
    const { object } = await router.chat({ messages: messages as never, schema });
    expect(JSON.stringify(providers['a']?.calls[0]?.messages)).toContain('[NAME_1]');
    expect(JSON.stringify(providers['a']?.calls[0]?.messages)).not.toContain('Countess');
    expect(object).toEqual({ q: name });
  });
});
