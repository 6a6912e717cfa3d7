import { callers } from './rows/callers.ts';
import { connections } from './rows/connections.ts';
import { evidence } from './rows/evidence.ts';
import { health } from './rows/health.ts';
import { network } from './rows/network.ts';
import { refusals } from './rows/refusals.ts';
import { refused } from './rows/refused.ts';
import { streams } from './rows/streams.ts';
import { waiting } from './rows/waiting.ts';
import type { Row } from './stage.ts';

export const rows: readonly Row[] = [
  ...refusals,
  ...network,
  ...connections,
  ...streams,
  ...health,
  ...callers,
  ...evidence,
  ...refused,
  ...waiting,
].toSorted((a, b) => a.number - b.number);

/** Rows that are not played here, and why. */
export const playedElsewhere: readonly {
  readonly number: number;
  readonly fault: string;
  readonly where: string;
}[] = [
  { number: 24, fault: 'takes requests and never answers, at 155 a second', where: '`npm run incident`' },
  {
    number: 62,
    fault: 'a shared store that is down, slow, full or wrong',
    where: '`test/plugins/shared-health/redis.test.ts`, with a real Redis',
  },
  {
    number: 63,
    fault: 'two processes, of which one is asked to wait',
    where: '`test/plugins/shared-health/redis.test.ts`, with a real Redis',
  },
  {
    number: 78,
    fault: 'an SDK that cannot be loaded for the moment: no file handles, no permission, no network',
    where: '`test/providers/sdk-loading.test.ts`',
  },
  {
    number: 79,
    fault:
      'a runtime that drops timers, promises and I/O with the request that began them, and refuses `redirect: "error"`',
    where: '`test/runtimes`, in workerd',
  },
  {
    number: 80,
    fault: 'a bundler that does not find an optional peer',
    where: '`test/package/bundles.test.ts`, with esbuild, webpack, vite and rollup',
  },
  {
    number: 85,
    fault:
      'requests at the same time in Node 22 and 24, Bun, Deno, workerd and Chromium, there also with timers held back',
    where: '`test/runtimes`',
  },
];
