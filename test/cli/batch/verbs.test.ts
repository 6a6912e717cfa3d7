import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Commands, openaiLines } from './command.ts';

let commands: Commands;
beforeEach(async () => {
  commands = await Commands.create();
});
afterEach(() => commands.close());

const run = ['run', 'requests.jsonl', '--deadline', '6h'];

describe('signalbox batch', { timeout: 120_000 }, () => {
  it.each(['SIGINT', 'SIGTERM'] as const)(
    'ends at %s with 130, and the same command continues at once',
    async (signal) => {
      await commands.write(openaiLines(3));
      // The vendor is not done before the second process.
      commands.vendor.behavior.polls = Number.POSITIVE_INFINITY;
      const first = await commands.run([...run, '--route', 'patient', '--deadline', '365d'], {}, (child) => {
        let polls = 0;
        commands.vendor.behavior.cut = (route) => {
          if (route.startsWith('GET /v1/batches/') && ++polls === 2) child.kill(signal);
          return false;
        };
      });
      expect(first).toMatchObject({ code: 130, err: expect.stringContaining('the same command continues') });
      commands.vendor.behavior.polls = 1;
      const second = await commands.run([...run, '--route', 'patient', '--deadline', '365d']);
      expect(second).toMatchObject({ code: 0, err: expect.not.stringContaining('Another process') });
      expect(await commands.results()).toHaveLength(3);
      expect(commands.vendor.batches).toHaveLength(1);
    },
  );

  it('status shows how far a run is, from its files', async () => {
    await commands.write(openaiLines(30));
    await commands.run(run, { KILL_AT: 'before /out/ 1' });
    const { out } = await commands.run(['status', '--json']);
    expect(JSON.parse(out)).toMatchObject({
      state: 'running', // by the store, until half a minute after the crash
      total: 30,
      written: 0,
      batches: [{ target: 'openai/gpt-5-mini#batch', requests: 30, state: 'submitted' }],
    });
    await commands.run(run);
    const { out: text } = await commands.run(['status']);
    expect(text).toContain(
      'done\nresults.jsonl: 30 of 30 results, 0 failed\nspent $0.003, saved $0.003 (50%)',
    );
  });

  it('cancel stops the vendors, and writes what was done by then', async () => {
    await commands.write(openaiLines(3));
    const { behavior } = commands.vendor;
    behavior.polls = Number.POSITIVE_INFINITY;
    behavior.late = ({ body }) => JSON.stringify(body).includes('question 1');
    await commands.run([...run, '--route', 'patient', '--deadline', '365d'], {}, (child) => {
      behavior.cut = (route) => {
        if (route.startsWith('GET /v1/batches/')) child.kill('SIGINT');
        return false;
      };
    });
    behavior.cut = () => false;
    const { code } = await commands.run(['cancel', 'requests.jsonl', '--route', 'patient']);
    expect(code).toBe(1);
    expect(commands.vendor.batches).toMatchObject([{ canceled: true }]);
    const results = await commands.results();
    expect(results).toHaveLength(3);
    expect(results.find(({ custom_id }) => custom_id === 'q1')).toMatchObject({
      response: { status_code: 200 },
    });
    expect(results.find(({ custom_id }) => custom_id === 'q0')).toMatchObject({
      response: null,
      error: { code: 'batch_cancelled' },
    });
  });

  it('cancel reaches the process that runs', async () => {
    await commands.write(openaiLines(2));
    const { behavior } = commands.vendor;
    behavior.polls = Number.POSITIVE_INFINITY;
    let canceling: Promise<unknown> | undefined;
    behavior.cut = (route) => {
      if (route.startsWith('GET /v1/batches/'))
        canceling ??= commands.run(['cancel', 'requests.jsonl', '--route', 'patient']);
      return false;
    };
    const { code } = await commands.run([...run, '--route', 'patient', '--deadline', '365d']);
    expect(code).toBe(1);
    expect(await canceling).toMatchObject({
      code: 0,
      out: expect.stringContaining('The process that runs it ends'),
    });
    expect(await commands.results()).toHaveLength(2);
  });

  it.each([
    [['run'], 'a file of requests'],
    [['walk', 'requests.jsonl'], "run, status or cancel, got 'walk'"],
    [[...run, '--deadline', 'soon'], '--deadline'],
    [['run', 'missing.jsonl'], 'missing.jsonl: expected a file that can be read, got ENOENT'],
    [['status'], 'the results of a run that has begun'],
    [[...run, '--what'], 'signalbox batch'],
    [[...run, '--module', 'none.mjs'], '--module'],
  ])('names what is wrong with %j', async (args, message) => {
    const { code, err } = await commands.run(args);
    expect(code).toBe(2);
    expect(err).toContain(message);
  });
});
