import { describe, expect, it } from 'vitest';
import { readTrace } from '../../src/simulator/trace.ts';

async function* linesOf(...lines: readonly string[]) {
  yield* lines;
}

const head = 'TIMESTAMP,ContextTokens,GeneratedTokens';

describe('readTrace', () => {
  it('reads requests in order of arrival, with all digits of their seconds', async () => {
    const trace = await readTrace(
      linesOf(head, '2023-11-16 18:15:50.9951690,396,109', '2023-11-16 18:15:46.6805900,374,44', ''),
      'a.csv',
    );
    expect(trace.start).toBeCloseTo(Date.UTC(2023, 10, 16, 18, 15, 46, 680) + 0.59, 2);
    expect(trace.requests.map(({ inputTokens, outputTokens }) => [inputTokens, outputTokens])).toEqual([
      [374, 44],
      [396, 109],
    ]);
    expect(trace.requests[0]?.at).toBe(0);
    expect(trace.requests[1]?.at).toBeCloseTo(4_314.579, 2);
  });

  it('finds columns by name, in any order and beside others', async () => {
    const { requests } = await readTrace(
      linesOf(
        '\uFEFF"GeneratedTokens",Model,timestamp,CONTEXTTOKENS',
        '5,"m",2024-05-10T00:00:00+00:00,7',
        '6,m,2024-05-10T00:00:01Z,8',
      ),
      'a.csv',
    );
    expect(requests).toEqual([
      { at: 0, inputTokens: 7, outputTokens: 5 },
      { at: 1_000, inputTokens: 8, outputTokens: 6 },
    ]);
  });

  it('reads time stamps in seconds', async () => {
    const { requests } = await readTrace(
      linesOf('Timestamp,Request tokens,Response tokens', '5,472,18', '45.5,1087,230'),
      'a.csv',
    );
    expect(requests.map(({ at }) => at)).toEqual([0, 40_500]);
  });

  it.each([
    ['no column of answers', ['TIMESTAMP,ContextTokens', '1,2'], 'a.csv:1: expected the columns'],
    ['no requests', [head], 'a.csv: expected a line of column names and requests'],
    [
      'tokens that are no number',
      [head, '1,2,3', '1,two,3'],
      "a.csv:3: inputTokens: expected a whole number of tokens, got 'two'",
    ],
    ['a missing cell', [head, '1,2'], "a.csv:2: outputTokens: expected a whole number of tokens, got ''"],
    ['negative tokens', [head, '1,2,-3'], "got '-3'"],
    [
      'a time that is none',
      [head, 'noon,2,3'],
      "a.csv:2: time stamp: expected a date with a time, or seconds, got 'noon'",
    ],
    ['a date that is none', [head, '2023-13-01 00:00:00,2,3'], 'a.csv:2: time stamp'],
  ])('names the line of %s', async (_, lines, words) => {
    await expect(readTrace(linesOf(...lines), 'a.csv')).rejects.toThrow(words);
  });
});
