import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { type BuildOptions, build } from 'esbuild';
import { binary, chromium, packageOf } from './installed.ts';

/** A runtime with the scenarios loaded. */
export interface Running {
  /** Has it do something, see `calls` in `scenarios.ts`. Each call is a request of its own, where the runtime has requests. */
  call(name: string, vendor: string, model: string): Promise<Called>;
  stop(): Promise<void>;
  /** Where it gets the requests of others as they are. */
  readonly address?: string;
}

export interface Called {
  readonly value?: unknown;
  readonly error?: string;
}

/** Starts a runtime in a project that has the package and the SDKs. A page is of the vendor's origin. */
export type Launch = (project: string, vendor: string) => Promise<Running>;

const scenarios = join(import.meta.dirname, 'scenarios.ts');

/** A server in each runtime's own words, which says where it listens. */
const servers = {
  node: `
    import { createServer } from 'node:http';
    import { Readable } from 'node:stream';
    import { pipeline } from 'node:stream/promises';
    const server = createServer(async (incoming, outgoing) => {
      const { method, url, headers } = incoming;
      const body = method === 'POST' ? Buffer.concat(await incoming.toArray()) : undefined;
      const response = await handle(new Request('http://localhost' + url, { method, headers, body }));
      outgoing.writeHead(response.status, Object.fromEntries(response.headers));
      await pipeline(Readable.fromWeb(response.body), outgoing).catch(() => {});
    });
    server.listen(0, '127.0.0.1', () => console.log(server.address().port));
  `,
  bun: `
    const server = Bun.serve({ port: 0, hostname: '127.0.0.1', idleTimeout: 60, fetch: handle });
    console.log(server.port);
  `,
  deno: `
    Deno.serve({ port: 0, hostname: '127.0.0.1', onListen: ({ port }) => console.log(port) }, handle);
  `,
} as const;

/** A runtime that has packages: it loads the package and the SDKs as an application does. */
function process(runtime: keyof typeof servers, command: string, flags: readonly string[]): Launch {
  return async (project) => {
    const built = await build({ entryPoints: [scenarios], format: 'esm', write: false });
    const file = join(project, `${runtime}.mjs`);
    await writeFile(file, `${built.outputFiles[0]?.text}\n${servers[runtime]}`);
    const child = spawn(command, [...flags, file], { cwd: project, stdio: ['ignore', 'pipe', 'inherit'] });
    const ended = once(child, 'exit');
    const lines = createInterface(child.stdout);
    const [port] = await Promise.race([
      once(lines, 'line'),
      ended.then(([code]) => {
        throw new Error(`${command} ended with ${code}`);
      }),
    ]);
    const address = `http://127.0.0.1:${port}/`;
    return {
      call: callOver(address),
      address,
      async stop() {
        child.kill();
        await ended;
      },
    };
  };
}

function callOver(url: string): Running['call'] {
  return async (...call) => {
    const response = await fetch(url, { method: 'POST', body: JSON.stringify(call) });
    return (await response.json()) as Called;
  };
}

/** All in one file, as it is deployed where there are no packages. */
async function bundle(
  project: string,
  options: Pick<BuildOptions, 'conditions' | 'format'>,
): Promise<string> {
  const built = await build({
    stdin: { contents: `export * from ${JSON.stringify(scenarios)};`, resolveDir: project, loader: 'ts' },
    // The scenarios are in this project, but mean the package of that one.
    plugins: [
      {
        name: 'the packed package',
        setup({ onResolve, resolve }) {
          onResolve({ filter: /^signalbox/ }, ({ path, kind, pluginData }) =>
            pluginData === true ? undefined : resolve(path, { resolveDir: project, kind, pluginData: true }),
          );
        },
      },
    ],
    bundle: true,
    write: false,
    platform: 'browser',
    globalName: 'signalbox',
    external: ['node:*'],
    ...options,
  });
  return built.outputFiles[0]?.text ?? '';
}

/** What is used of Miniflare: https://www.npmjs.com/package/miniflare. */
interface MiniflareModule {
  readonly Miniflare: new (options: object) => { readonly ready: Promise<URL>; dispose(): Promise<void> };
}

function workerd(compatibilityDate: string, compatibilityFlags: readonly string[] = []): Launch {
  return async (project) => {
    const bundled = await bundle(project, { conditions: ['workerd', 'worker', 'browser'], format: 'esm' });
    const script = `${bundled}
export default { fetch: handle };`;
    const { Miniflare } = packageOf<MiniflareModule>('miniflare');
    const worker = new Miniflare({
      modules: true,
      script,
      compatibilityDate,
      compatibilityFlags,
      // It warns of each promise that a dropped request leaves behind.
      handleRuntimeStdio(output: Readable, errors: Readable) {
        output.resume();
        errors.resume();
      },
    });
    const url = await worker.ready;
    return { call: callOver(url.href), address: url.href, stop: () => worker.dispose() };
  };
}

/** What is used of Playwright: https://playwright.dev/docs/api/class-browsertype#browser-type-launch. */
interface PlaywrightModule {
  readonly chromium: {
    launch(options: object): Promise<{ newPage(): Promise<Page>; close(): Promise<void> }>;
  };
}
interface Page {
  addInitScript(script: string): Promise<void>;
  goto(url: string): Promise<unknown>;
  addScriptTag(tag: object): Promise<unknown>;
  evaluate(script: string): Promise<unknown>;
}

/** As root in a container, and without what a browser does by itself. */
const chromiumFlags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

function page(before = ''): Launch {
  return async (project, vendor) => {
    const content = await bundle(project, { conditions: ['browser'], format: 'iife' });
    const browser = await packageOf<PlaywrightModule>('playwright-core').chromium.launch({
      executablePath: chromium(),
      args: chromiumFlags,
    });
    const opened = await browser.newPage();
    await opened.addInitScript(before);
    await opened.goto(vendor);
    await opened.addScriptTag({ content });
    return {
      async call(...call) {
        const body = JSON.stringify(JSON.stringify(call));
        const request = `new Request('/', { method: 'POST', body: ${body} })`;
        return (await opened.evaluate(
          `signalbox.handle(${request}).then((response) => response.json())`,
        )) as Called;
      },
      stop: () => browser.close(),
    };
  };
}

/** What browsers do to the timers of a page that is not seen: https://developer.chrome.com/blog/timer-throttling-in-chrome-88. */
const throttled = `
  const { setTimeout } = globalThis;
  globalThis.setTimeout = (run, ms = 0, ...more) => setTimeout(run, 1000 * Math.max(1, Math.ceil(ms / 1000)), ...more);
`;

/** A runtime to run the package in. */
export interface Runtime {
  readonly launch: Launch;
  /** Whether the runtime drops what a request leaves behind. */
  readonly drops?: boolean;
  /** Whether it is a browser, which npm does not bring. */
  readonly browser?: boolean;
}

export const runtimes: Readonly<Record<string, Runtime>> = {
  'Node 22': { launch: process('node', binary('node'), []) },
  'Node 24': { launch: process('node', globalThis.process.execPath, []) },
  Bun: { launch: process('bun', binary('bun'), ['--no-install']) },
  Deno: {
    launch: process('deno', binary('deno'), [
      'run',
      '--allow-net',
      '--allow-read',
      '--allow-env',
      '--no-prompt',
    ]),
  },
  workerd: { launch: workerd('2026-07-01'), drops: true },
  'workerd with nodejs_compat': { launch: workerd('2026-07-01', ['nodejs_compat']), drops: true },
  // Before https://developers.cloudflare.com/workers/configuration/compatibility-flags/#handle-cross-request-promise-resolution.
  'workerd as of 2024': { launch: workerd('2024-09-01'), drops: true },
  Chromium: { launch: page(), browser: true },
  'Chromium, as if the page were hidden': { launch: page(throttled), browser: true },
};
