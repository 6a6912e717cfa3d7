// Pages in the system's Chromium.
import { type Browser, chromium } from 'playwright-core';
import { chromium as systemChromium } from '../runtimes/installed.ts';

export type { Page } from 'playwright-core';

/** As root in a container, and without what a browser does by itself. */
const flags = ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking'];

let launched: Promise<Browser> | undefined;

export async function openPage(url: string) {
  launched ??= chromium.launch({ executablePath: executable(), args: flags });
  const browser = await launched;
  const context = await browser.newContext();
  const page = await context.newPage();
  const said: string[] = [];
  page.on('console', (message) => said.push(message.text()));
  page.on('pageerror', (error) => said.push(String(error)));
  await page.goto(url);
  return {
    page,
    /** Resolves when the last element that the selector finds has this text. */
    async shows(selector: string, text: string): Promise<void> {
      const is = ([found, wanted]: readonly [string, string]): boolean =>
        [...document.querySelectorAll(found)].at(-1)?.textContent?.trim() === wanted;
      try {
        await page.waitForFunction(is, [selector, text.trim()] as const, { timeout: 60_000 });
      } catch (cause) {
        const shown = await page.locator('body').innerText();
        throw new Error(`the page does not show ‘${text}’ but: ${shown}\n${said.join('\n')}`, { cause });
      }
    },
    [Symbol.asyncDispose]: () => context.close(),
  };
}

export async function closeBrowser(): Promise<void> {
  await (await launched)?.close();
}

function executable(): string {
  const path = systemChromium();
  if (path === undefined) throw new Error('there is no Chromium: apt-get install chromium, or set CHROMIUM');
  return path;
}
