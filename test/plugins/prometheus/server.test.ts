import { spawn } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { type AddressInfo, createServer as createSocket } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { read } from '../../support/requests.ts';
import { dashboardQueries, scraped } from './support.ts';

/** Debian's package `prometheus`. */
const binary = (process.env['PATH'] ?? '')
  .split(delimiter)
  .map((folder) => join(folder, 'prometheus'))
  .find((path) => {
    try {
      accessSync(path, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
const isMissing = binary === undefined && process.env['CI'] === undefined;

interface Answer {
  readonly status: string;
  readonly data: { readonly result: readonly { readonly value: readonly [number, string] }[] };
  readonly error?: string;
}

async function freePort(): Promise<number> {
  const socket = createSocket();
  await new Promise<void>((resolve) => socket.listen(0, '127.0.0.1', resolve));
  const { port } = socket.address() as AddressInfo;
  await new Promise((resolve) => socket.close(resolve));
  return port;
}

describe.skipIf(isMissing)('a Prometheus server (skipped if the package prometheus is not installed)', () => {
  const { router, metrics } = scraped({}, [{ error: { kind: 'server', status: 500 } }, {}]);
  const exposition = createServer(async (request, response) => {
    const answer = metrics.handler(new Request(`http://localhost${request.url}`));
    response.writeHead(answer.status, Object.fromEntries(answer.headers)).end(await answer.text());
  });
  let folder: string;
  let address: string;
  let server: ReturnType<typeof spawn>;
  const ask = async (query: string): Promise<Answer> =>
    (await fetch(`${address}/api/v1/query?${new URLSearchParams({ query })}`)).json() as Promise<Answer>;

  beforeAll(async () => {
    if (binary === undefined) throw new Error('prometheus is not installed: apt-get install prometheus');
    for (let number = 0; number < 5; number++) await router.chat({ prompt: 'q' });
    await read(await router.stream({ prompt: 'q' }));
    await new Promise<void>((resolve) => exposition.listen(0, '127.0.0.1', resolve));
    const { port } = exposition.address() as AddressInfo;
    folder = await mkdtemp(join(tmpdir(), 'signalbox-prometheus-'));
    const config = `scrape_configs: [{ job_name: signalbox, scrape_interval: 1s, scrape_timeout: 1s, static_configs: [{ targets: ['127.0.0.1:${port}'] }] }]`;
    await writeFile(join(folder, 'prometheus.yml'), config);
    const own = await freePort();
    address = `http://127.0.0.1:${own}`;
    server = spawn(
      binary,
      [
        `--config.file=${join(folder, 'prometheus.yml')}`,
        `--storage.tsdb.path=${join(folder, 'data')}`,
        `--web.listen-address=127.0.0.1:${own}`,
      ],
      { stdio: 'ignore' },
    );
    await vi.waitFor(
      async () => expect((await ask('signalbox_requests_total')).data.result.length).toBeGreaterThan(0),
      { timeout: 600_000, interval: 200 },
    );
  });
  afterAll(async () => {
    server?.kill();
    exposition.close();
    await router.close();
    await rm(folder, { recursive: true, force: true });
  });

  it('reads the router’s counts', async () => {
    // A scrape can miss its time on a busy machine; the next one then has the values.
    await vi.waitFor(
      async () => {
        const { data } = await ask('sum(signalbox_requests_total{outcome="success"})');
        expect(data.result[0]?.value[1]).toBe('6');
      },
      { timeout: 600_000, interval: 200 },
    );
    const cost = await ask('sum(signalbox_cost_usd_total{kind!="saved"})');
    expect(Number(cost.data.result[0]?.value[1])).toBeGreaterThan(0);
  });

  it.each(dashboardQueries())('evaluates the dashboard’s query %s', async (query) => {
    expect(await ask(query)).toMatchObject({ status: 'success' });
  });
});
