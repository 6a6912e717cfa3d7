import { type Browser, type Page, chromium as playwright } from 'playwright-core';
import { createRouter, type Router, type RouterOptions } from 'signalbox';
import { type DashboardOptions, toDashboard } from 'signalbox/dashboard';
import { type Script, scriptedProvider } from 'signalbox/testing';
import { type Served, serve } from '../../src/cli/dashboard/serve.ts';
import { chromium } from '../runtimes/installed.ts';

/** Only ends a test that hangs. */
export const patience = 120_000;

export const token = 'the-token-of-these-tests';

/** A router with scripted targets, and its dashboard on loopback. */
export interface Stage {
  readonly router: Router;
  readonly url: string;
  readonly served: Served;
  close(): Promise<void>;
}

/** What each target does with its calls, by its id. */
export type Scripts = Readonly<Record<string, readonly Script[]>>;

export const refusal: Script = { error: { kind: 'overloaded', status: 503 } };

export async function stage(
  scripts: Scripts = { 'alpha/one': [{}], 'beta/two': [{}] },
  options: Partial<RouterOptions> = {},
  dashboard: Partial<DashboardOptions> = {},
): Promise<Stage> {
  const targets = Object.entries(scripts).map(([id, script]) => ({
    id,
    provider: scriptedProvider(id.split('/')[0] ?? id, script),
    model: id.split('/')[1] ?? id,
    price: { input: 1, output: 2 },
  }));
  const router = createRouter({ log: false, retry: false, ...options, targets });
  const served = await serve(toDashboard(router, { token, ...dashboard }), 0);
  return {
    router,
    served,
    url: `http://127.0.0.1:${served.port}/`,
    async close() {
      await served.close();
      await router.close();
    },
  };
}

/** Why there is no browser to test in; in CI its absence is a failure. */
export const noBrowser: string | undefined =
  chromium() === undefined && process.env['CI'] === undefined
    ? 'there is no Chromium: apt-get install chromium, or set CHROMIUM'
    : undefined;

export async function launch(): Promise<Browser> {
  const executablePath = chromium();
  if (executablePath === undefined) throw new Error('there is no Chromium');
  return await playwright.launch({
    executablePath,
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update'],
  });
}

/** The dashboard in a new tab, when it is live. */
export async function open(
  browser: Browser,
  { url }: Pick<Stage, 'url'>,
  options: Parameters<Browser['newPage']>[0] = {},
): Promise<Page> {
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 }, ...options });
  page.setDefaultTimeout(patience);
  await page.goto(`${url}#token=${token}`);
  await page.locator('.connection.live').waitFor();
  return page;
}
