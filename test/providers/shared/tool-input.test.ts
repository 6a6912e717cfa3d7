import { describe, expect, it } from 'vitest';
import {
  parseToolInput,
  readToolInput,
  toolInputReader,
} from '../../../src/providers/shared/tools/tool-input.ts';

const oslo = { city: 'Oslo' };
const json = JSON.stringify(oslo);

/** What a reader passes on of these pieces, and what it makes of them. */
function read(...pieces: readonly string[]) {
  const reader = toolInputReader();
  const passed = pieces.map((piece) => reader.push(piece)).join('');
  const { input, rest } = reader.end();
  return { input, passed, text: passed + rest };
}

describe('arguments as text', () => {
  it.each([
    ['JSON', json, oslo],
    ['nothing', '', {}],
    ['white space', ' \n', {}],
    ['null', 'null', {}],
    ['an empty JSON string', '""', {}],
    ['JSON inside a JSON string', JSON.stringify(json), oslo],
    ['JSON inside two JSON strings', JSON.stringify(JSON.stringify(json)), oslo],
    ['null inside a JSON string', '"null"', {}],
    ['a list inside a JSON string', '"[1]"', [1]],
    ['a list', '[1]', [1]],
    ['a number', '7', 7],
    ['a JSON string of words', '"Oslo"', 'Oslo'],
    ['a JSON string of digits', '"7"', '7'],
    ['JSON that was cut', '{"city":"Os', '{"city":"Os'],
    ['words', 'Oslo', 'Oslo'],
  ])('that are %s', (_, text, input) => {
    expect(parseToolInput(text)).toEqual(input);
  });

  it.each([
    ['an object', oslo, oslo],
    ['text', json, oslo],
    ['null', null, {}],
    ['left out', undefined, {}],
    ['a list', [1], [1]],
  ])('or as a value: %s', (_, given, input) => {
    expect(readToolInput(given)).toEqual(input);
  });
});

describe('arguments in pieces', () => {
  it('are passed on as they come where they begin as an object', () => {
    expect(read('{"city"', ':"Os', 'lo"}')).toEqual({ input: oslo, passed: json, text: json });
  });

  it('wait for the first sign that they are an object', () => {
    const reader = toolInputReader();
    expect([reader.push(' '), reader.push('\n{'), reader.push('}')]).toEqual(['', ' \n{', '}']);
  });

  it.each([
    ['null', ['nu', 'll'], {}, '{}'],
    ['JSON inside a JSON string', ['"{\\"city\\":', '\\"Oslo\\"}"'], oslo, json],
    ['a list', ['[1', ']'], [1], '[1]'],
    ['words', ['Os', 'lo'], 'Oslo', 'Oslo'],
  ])('are held back where they are %s, and passed on as they are understood', (_, pieces, input, text) => {
    expect(read(...pieces)).toEqual({ input, passed: '', text });
  });

  it('that are nothing are passed on as nothing', () => {
    expect(read('', ' ')).toEqual({ input: {}, passed: '', text: '' });
  });

  it('that are cut stay text, of which nothing is lost', () => {
    expect(read('{"city"', ':"Os')).toEqual({
      input: '{"city":"Os',
      passed: '{"city":"Os',
      text: '{"city":"Os',
    });
  });
});
