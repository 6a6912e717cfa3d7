import { appendFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Commands, openaiLines } from './command.ts';

let commands: Commands;
beforeEach(async () => {
  commands = await Commands.create();
});
afterEach(() => commands.close());

const run = ['run', 'requests.jsonl', '--deadline', '6h'];
const idsOf = (results: readonly Record<string, unknown>[]) =>
  results.map(({ custom_id, id }) => custom_id ?? id).sort();

describe('signalbox batch run', { timeout: 120_000 }, () => {
  it('answers lines of OpenAI in the form of its output', async () => {
    await commands.write([
      ...openaiLines(2),
      {
        custom_id: 'r',
        method: 'POST',
        url: '/v1/responses',
        body: { model: 'gpt-5-mini', input: 'three', instructions: 'Be short.' },
      },
      {
        custom_id: 'e',
        method: 'POST',
        url: '/v1/embeddings',
        body: { model: 'text-embedding-3-small', input: ['a', 'bc'] },
      },
    ]);
    const { code, out, err } = await commands.run(run);
    expect({ code, err }).toEqual({ code: 0, err: expect.stringContaining('0%, 0/4') });
    const results = await commands.results();
    expect(idsOf(results)).toEqual(['e', 'q0', 'q1', 'r']);
    const responseTo = (id: string) => results.find(({ custom_id }) => custom_id === id)?.['response'];
    for (const result of results)
      expect(result).toMatchObject({
        id: expect.stringMatching(/^batch_req_/),
        error: null,
        response: { status_code: 200, request_id: expect.stringMatching(/^req_/) },
      });
    expect(responseTo('q1')).toMatchObject({
      body: {
        object: 'chat.completion',
        choices: [{ message: { role: 'assistant', content: expect.stringContaining('question 1') } }],
        signalbox: { target: 'openai/gpt-5-mini#batch' },
      },
    });
    expect(responseTo('r')).toMatchObject({
      body: { object: 'response', instructions: 'Be short.', status: 'completed' },
    });
    expect(responseTo('e')).toMatchObject({
      body: { object: 'list', data: [{ embedding: [1, 1] }, { embedding: [2, 1] }] },
    });
    expect(out).toMatch(/4 of 4 results, 0 failed\nspent \$0\.0\d+, saved \$0\.0\d+ \(50%\)/);
    expect(commands.vendor.chats).toEqual([]);
  });

  it('answers requests of router.batch, and writes what each cost and saved', async () => {
    await commands.write([
      { prompt: 'one', data: { row: 7 } },
      { id: 'b', messages: [{ role: 'user', content: 'two' }] },
    ]);
    const { code } = await commands.run([...run, '--route', 'nightly']);
    expect(code).toBe(0);
    const results = await commands.results();
    expect(idsOf(results)).toEqual(['0', 'b']);
    expect(results.find(({ id }) => id === '0')).toMatchObject({
      data: { row: 7 },
      result: { text: expect.stringContaining('one'), target: 'openai/gpt-5-mini#batch' },
      signalbox: { cost: 0.0001, saved: 0.0001 },
    });
  });

  it('writes failed requests in the same form, and exits with 1', async () => {
    commands.vendor.behavior.fate = ({ body }) =>
      JSON.stringify(body).includes('question 1') ? 'refused' : 'answered';
    await commands.write(openaiLines(2));
    const { code, out } = await commands.run([...run, '--route', 'patient']);
    expect(code).toBe(1);
    expect(out).toContain('1 failed');
    const failed = (await commands.results()).find(({ custom_id }) => custom_id === 'q1');
    expect(failed).toMatchObject({
      error: null,
      response: { status_code: 400, body: { error: { message: expect.any(String) } } },
    });
  });

  it('does nothing when all is done', async () => {
    await commands.write(openaiLines(2));
    await commands.run(run);
    const { code, out } = await commands.run(run);
    expect(code).toBe(0);
    expect(out).toContain('2 of 2 results');
    expect(await commands.results()).toHaveLength(2);
    expect(commands.vendor.billed).toHaveLength(2);
  });

  it.each([
    [['{"prompt": "a"}', 'nonsense'], 'requests.jsonl, line 2: expected JSON'],
    [[{ prompt: 'a' }, '', [1]], 'requests.jsonl, line 3: expected an object'],
    [[{ prompt: 'a' }, { text: 'b' }], 'line 2: expected a valid request, got expected one of prompt'],
    [
      [
        { id: 'a', prompt: 'a' },
        { id: 'a', prompt: 'b' },
      ],
      "line 2: expected a unique id, got 'a'",
    ],
    [[...openaiLines(1), { prompt: 'a' }], "line 2: expected OpenAI's form"],
    [[{ ...openaiLines(1)[0], url: '/v1/moderations' }], 'line 1'],
    [[{ ...openaiLines(1)[0], body: { model: 'gpt-5-mini', messages: 'hi' } }], 'body.messages'],
    [[{ ...openaiLines(1)[0], body: { model: 'gpt-9', messages: [] } }], 'body.model'],
    [[''], 'requests.jsonl: expected at least one request'],
  ])('names the wrong line of %j, and sends nothing', async (lines, message) => {
    await commands.write(lines);
    const { code, err } = await commands.run(run);
    expect(code).toBe(2);
    expect(err).toContain(message);
    expect(commands.vendor.calls).toEqual([]);
  });

  it('refuses to write into a file of something else', async () => {
    await commands.write(openaiLines(1));
    await commands.write(['{"my": "data"}'], 'results.jsonl');
    const { code, err } = await commands.run(run);
    expect({ code, err }).toEqual({ code: 2, err: expect.stringContaining('--out: expected a new file') });
  });

  it('refuses other requests for the same results', async () => {
    await commands.write(openaiLines(1));
    await commands.run(run);
    await commands.write(openaiLines(2));
    expect((await commands.run(run)).err).toContain('use another --out');
  });
});

describe('signalbox batch run, after a crash', { timeout: 240_000 }, () => {
  const count = 120;
  const everyResultOnce = async (): Promise<void> => {
    expect(idsOf(await commands.results())).toEqual(
      openaiLines(count)
        .map((_, index) => `q${index}`)
        .sort(),
    );
    expect(commands.vendor.billed).toHaveLength(count);
    expect(commands.vendor.batches).toHaveLength(1);
  };

  it.each(['POST /v1/files', 'POST /v1/batches', 'GET /v1/batches/', '/content'])(
    'at %s, writes every result once and pays once',
    async (route) => {
      await commands.write(openaiLines(count));
      let isArmed = true;
      const first = await commands.run(run, {}, (child) => {
        commands.vendor.behavior.cut = (at) => {
          if (!isArmed || !at.includes(route)) return false;
          isArmed = false;
          child.kill('SIGKILL');
          return true;
        };
      });
      expect(first.code).toBe(null);
      expect((await commands.run(run)).code).toBe(0);
      await everyResultOnce();
    },
  );

  it.each([
    'before cli-batch/ 1',
    'after cli-batch/ 1',
    'before /in/0 1',
    'before /out/ 60',
    'before /read/ 2',
  ])('just %s is written, writes every result once and pays once', async (moment) => {
    await commands.write(openaiLines(count));
    expect((await commands.run(run, { KILL_AT: moment })).code).toBe(null);
    // What a crash of the machine leaves of the last line.
    if (moment.includes('/read/')) await appendFile(commands.path('results.jsonl'), '{"id":"batch_req_');
    expect((await commands.run(run)).code).toBe(0);
    await everyResultOnce();
  });
});
