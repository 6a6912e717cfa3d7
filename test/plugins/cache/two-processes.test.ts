import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { answer, vendors } from '../../faults/vendors.ts';
import { type FaultServer, faultServer } from '../../support/fault-server.ts';
import { noRedis, type RedisServer, redisServer } from '../../support/redis-server.ts';

const reason = noRedis();
// In CI, Redis is required.
const skipped = reason !== undefined && process.env['CI'] === undefined;
if (skipped) console.warn(`two processes over Redis are skipped: ${reason}`);

/** A real process with a router and a cache. */
interface Process {
  ask(prompt: string): void;
  /** Its next line; ends the test with an error if it has ended. */
  says(): Promise<string>;
  /** Lines until one is not `waits`, which it repeats. */
  saysThen(): Promise<string>;
  kill(): void;
}

describe.skipIf(skipped)('identical requests of two processes', () => {
  let server: RedisServer;
  let vendor: FaultServer;
  /** Answers that the vendor holds back. */
  const held: (() => void)[] = [];
  const children: ChildProcess[] = [];

  beforeAll(() => {
    if (reason !== undefined) throw new Error(reason);
  });
  beforeEach(async () => {
    held.length = 0;
    server = await redisServer();
    const spoken = answer(vendors['openai-compatible'], 'chat', 'Rayleigh');
    vendor = await faultServer((response, received) => {
      held.push(() => void spoken(response, received));
      if (held.length > 1) held[1]?.();
    });
  });
  afterEach(async () => {
    for (const child of children.splice(0)) child.kill('SIGKILL');
    await vendor.close();
    await server.stop();
  });

  const start = async (wait: number): Promise<Process> => {
    const script = new URL('./redis-process.ts', import.meta.url).pathname;
    const child = spawn(process.execPath, [script, String(server.port), `${vendor.url}/v1`, String(wait)], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    children.push(child);
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    const says = async (): Promise<string> => {
      const { value, done } = await lines.next();
      if (done === true) throw new Error('the process has ended');
      return value;
    };
    expect(await says()).toBe('ready');
    return {
      ask: (prompt) => void child.stdin.write(`${prompt}\n`),
      says,
      async saysThen() {
        for (;;) {
          const line = await says();
          if (line !== 'waits') return line;
        }
      },
      kill: () => void child.kill('SIGKILL'),
    };
  };
  const asked = async (count: number): Promise<void> => {
    while (held.length < count) await new Promise((resolve) => setImmediate(resolve));
  };

  it('are one call', async () => {
    const [one, two] = await Promise.all([start(600_000), start(600_000)]);
    one.ask('Why?');
    expect(await one.says()).toBe('claims');
    await asked(1);
    two.ask('Why?');
    expect(await two.says()).toBe('waits');
    held[0]?.();
    expect(await one.saysThen()).toBe('made: Rayleigh');
    expect(await two.saysThen()).toBe('hit: Rayleigh');
    expect(held).toHaveLength(1);
  });

  it('wait for each other no longer than `coalesce.wait`', async () => {
    const [one, two] = await Promise.all([start(600_000), start(200)]);
    one.ask('Why?');
    expect(await one.says()).toBe('claims');
    await asked(1);
    two.ask('Why?');
    expect(await two.saysThen()).toBe('made: Rayleigh');
    held[0]?.();
    expect(await one.saysThen()).toBe('made: Rayleigh');
    expect(held).toHaveLength(2);
  });

  it('survive the end of the process that made the call', async () => {
    const [one, two] = await Promise.all([start(1_000), start(600_000)]);
    one.ask('Why?');
    expect(await one.says()).toBe('claims');
    await asked(1);
    two.ask('Why?');
    one.kill();
    // The claim of the dead process expires.
    expect(await two.saysThen()).toBe('claims');
    expect(await two.saysThen()).toBe('made: Rayleigh');
  });
});
