import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { redact } from '../../src/transport/failure/redact.ts';

const key = 'sk-live-Zq81mnPv44';
const call = (content: string, more: object = {}) => ({
  model: 'gpt-5-mini',
  messages: [{ role: 'user', content: [{ type: 'text', text: content }] }],
  ...more,
});
const shown = (text: string, content: string, more?: object): string | undefined =>
  redact(text, { call: call(content, more), secrets: [`Bearer ${key}`] });

describe('a vendor’s message', () => {
  it.each([
    "Invalid value: 'bogus'. Supported values are: 'low', 'medium', and 'high'.",
    "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.",
    "This model's maximum context length is 128000 tokens. However, your messages resulted in 130412 tokens.",
    "Invalid schema for function 'get_weather': 'additionalProperties' is required to be supplied and to be false.",
    'temperature: range: 0..1',
    'The model `claude-haiku-4-5-20251001` does not exist or you do not have access to it.',
    'You exceeded your current quota. See https://platform.openai.com/docs/guides/error-codes/api-errors.',
  ])('is shown if it contains nothing that was sent: %s', (sentence) => {
    expect(shown(sentence, 'Why is the sky blue, and what is its temperature?')).toBe(sentence);
  });

  it.each([
    [
      'a quotation',
      'Invalid prompt: My patient Ada Byron has diabetes',
      'My patient Ada Byron has diabetes.',
      'Ada',
    ],
    ['in another case', 'flagged: MY PATIENT ADA BYRON', 'My patient Ada Byron', 'ADA'],
    ['escaped as JSON', 'input: "\\nMy patient\\nAda Byron"', 'My patient Ada Byron', 'Ada'],
    ['a short prompt', "Unexpected input 'Ada Byron'", 'Ada Byron', 'Byron'],
    ['one word', "Unexpected input 'Rosebud'", 'Rosebud', 'Rosebud'],
    ['a number', 'Cannot parse 4539148803436467', 'card 4539148803436467 please', '4539148803436467'],
    ['a number that was cut', 'Cannot parse 45391488…', 'card 4539148803436467 please', '45391488'],
    ['in Chinese', '无效的输入：我的病人患有糖尿病', '我的病人患有糖尿病，该怎么办？', '糖尿病'],
    ['in Thai', 'ข้อมูลผิด: ผู้ป่วยเป็นเบาหวาน', 'ผู้ป่วยเป็นเบาหวาน', 'เบาหวาน'],
  ])('hides %s from the prompt', (_, sentence, prompt, hidden) => {
    const result = shown(sentence, prompt);
    expect(result).toContain('[redacted]');
    expect(result).not.toContain(hidden);
  });

  it.each([
    [
      'tool results',
      { messages: [{ role: 'tool', content: [{ output: { value: 'Ada Byron lives here' } }] }] },
    ],
    ['tool inputs', { messages: [{ content: [{ input: { street: 'Ada Byron lives here' } }] }] }],
    ['vendor options', { providerOptions: { openai: { user: 'Ada Byron lives here' } } }],
    ['texts to embed', { values: ['Ada Byron lives here'] }],
    ['URLs', { messages: [{ content: [{ image: new URL('https://a.example/Ada/Byron/lives') }] }] }],
  ])('hides text from %s', (_, more) => {
    expect(shown('invalid: Ada Byron lives', 'Hi', more)).toBe('invalid: [redacted]');
  });

  it('keeps the values of options, which are the application’s', () => {
    const sentence = "'reasoning_effort' does not support 'low' with this model";
    expect(shown(sentence, 'Hi', { providerOptions: { openai: { reasoning_effort: 'low' } } })).toBe(
      sentence,
    );
  });

  it.each([
    `Incorrect API key provided: ${key}.`,
    'Incorrect API key provided: sk-l***********Pv44.',
    'No key ends in Pv44',
    'Bearer abc is not valid',
    'unknown token eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9',
    'unknown key gsk_1234567890abcdef',
    `header authorization: Bearer ${key}`,
  ])('hides keys: %s', (sentence) => {
    const result = shown(sentence, 'Hi');
    expect(result).toContain('[redacted]');
    expect(result).not.toMatch(/Pv44|abc|eyJ/);
  });

  it('is not shown if comparing it would take too long', () => {
    expect(shown('no', 'word '.repeat(1_000_000))).toBeUndefined();
  });

  it('never contains three consecutive words of a prompt, in any surrounding text', () => {
    const word = fc.stringMatching(/^[a-zA-Zäéñ]{4,9}$/);
    const gap = fc.constantFrom(' ', ', ', '\n', "' '", '" "', '-', '/', '\\n');
    fc.assert(
      fc.property(
        fc.array(word, { minLength: 3, maxLength: 12 }),
        fc.array(gap, { minLength: 12, maxLength: 12 }),
        fc.nat(9),
        word,
        (words, gaps, from, other) => {
          const start = Math.min(from, words.length - 3);
          const quoted = words.slice(start, start + 3);
          const quotation = quoted.map((each, index) => each + (index < 2 ? gaps[index] : '')).join('');
          const result = shown(`${other} rejected: ${quotation} (${other})`, words.join(' ')) ?? '';
          expect(result).not.toContain(quotation);
          expect(result).toContain('[redacted]');
        },
      ),
    );
  });
});
