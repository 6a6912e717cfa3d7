// What every application must do, on a vendor whose stream goes on only when the test has seen what came so far.
import assert from 'node:assert/strict';
import { openPage, type Page } from './browser.ts';
import { type Vendor, words } from './vendor.ts';

export type Vendors = readonly [first: Vendor, second: Vendor];

/** What an application exports. */
export interface App {
  /** Starts it on two vendors, of which the second is asked when the first fails. */
  start(vendors: Vendors): Promise<Running>;
}

export interface Running {
  /** Applications without a page: one streamed answer. A reader who leaves aborts the signal and ends the loop. */
  ask?(question: string, signal: AbortSignal): AsyncIterable<string>;
  /** Throws if the error is not what docs/adapters.md says of a stream that breaks. */
  assertBroken?(error: unknown): void;
  /** Applications with a page. */
  readonly page?: ChatPage;
  /** What else it does. Both vendors are healthy. */
  check?(vendors: Vendors): Promise<void>;
  stop?(): unknown;
}

export interface ChatPage {
  readonly url: string;
  /** Types a question and sends it. */
  ask(page: Page, question: string): Promise<void>;
  /** Selector of the answers. */
  readonly answer: string;
  /** Selector of what is there while an answer arrives. */
  readonly busy: string;
  /** Selector of what a break in the middle shows, and nothing else. */
  readonly broken: string;
}

/** How long something may take that never takes long, so that what hangs is named. In milliseconds. */
const patience = 120_000;
const question = 'Why is the sky blue?';
const wholeAnswer = words.join('');

/** Throws where an application is not as it should be. */
export async function prove(app: Running, vendors: Vendors): Promise<void> {
  const [first, second] = vendors;
  first.mode = 'down';
  second.mode = 'paced';
  if (app.page !== undefined) {
    await inTime('streams into the page', pageStreams(app.page, second));
    await inTime('shows a break in the page', pageBreaks(app.page, second));
    await inTime('closes the vendor’s socket with the page', pageCloses(app.page, second));
  } else {
    await inTime('streams', streams(app, second));
    await inTime('reports a break', breaks(app, second));
    await inTime('closes the vendor’s socket when its reader leaves', closes(app, second));
  }
  assert.ok(first.received.length > 0, 'the first vendor was not asked');
  first.mode = 'healthy';
  second.mode = 'healthy';
  if (app.check !== undefined) await inTime('does the rest', app.check(vendors));
}

/** The texts that a reader has seen after each word. */
const prefixes = words.map((_, index) => words.slice(0, index + 1).join(''));

async function streams(app: Running, vendor: Vendor): Promise<void> {
  let text = '';
  let updates = 0;
  for await (const piece of answerOf(app, new AbortController().signal)) {
    text += piece;
    if (text !== prefixes[updates]) continue;
    updates += 1;
    vendor.next();
  }
  assert.equal(text, wholeAnswer);
  assert.equal(updates, words.length);
}

async function breaks(app: Running, vendor: Vendor): Promise<void> {
  let text = '';
  const read = async (): Promise<void> => {
    for await (const piece of answerOf(app, new AbortController().signal)) {
      text += piece;
      if (text === prefixes[0]) vendor.next();
      if (text === prefixes[1]) vendor.cut();
    }
  };
  const error = await read().then(
    () => assert.fail('a broken answer counts as whole'),
    (thrown: unknown) => thrown,
  );
  assert.equal(text, prefixes[1]);
  assert.ok(app.assertBroken !== undefined, 'the application says nothing of a break');
  app.assertBroken(error);
}

async function closes(app: Running, vendor: Vendor): Promise<void> {
  const leaving = new AbortController();
  try {
    for await (const piece of answerOf(app, leaving.signal)) {
      if (piece === '') continue;
      leaving.abort();
      break;
    }
  } catch (error) {
    if (!leaving.signal.aborted) throw error;
  }
  await vendor.left;
}

function answerOf(app: Running, signal: AbortSignal): AsyncIterable<string> {
  if (app.ask === undefined) throw new Error('the application has neither a page nor `ask`');
  return app.ask(question, signal);
}

async function pageStreams({ url, ask, answer, broken, busy }: ChatPage, vendor: Vendor): Promise<void> {
  await using page = await openPage(url);
  await ask(page.page, question);
  for (const text of prefixes) {
    await page.shows(answer, text);
    vendor.next();
  }
  await page.page.waitForSelector(busy, { state: 'detached' });
  await page.shows(answer, wholeAnswer);
  assert.equal(await page.page.locator(broken).count(), 0, 'the failover is seen');
}

async function pageBreaks({ url, ask, answer, broken }: ChatPage, vendor: Vendor): Promise<void> {
  await using page = await openPage(url);
  await ask(page.page, question);
  await page.shows(answer, prefixes[0] ?? '');
  vendor.next();
  await page.shows(answer, prefixes[1] ?? '');
  vendor.cut();
  await page.page.waitForSelector(broken, { timeout: patience });
  await page.shows(answer, prefixes[1] ?? '');
}

async function pageCloses({ url, ask, answer }: ChatPage, vendor: Vendor): Promise<void> {
  const page = await openPage(url);
  await ask(page.page, question);
  await page.shows(answer, prefixes[0] ?? '');
  await page[Symbol.asyncDispose]();
  await vendor.left;
}

async function inTime<T>(what: string, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`it never ${what}`)), patience);
  });
  try {
    return await Promise.race([work, late]);
  } catch (error) {
    throw new Error(`it does not do this: it ${what}`, { cause: error });
  } finally {
    clearTimeout(timer);
  }
}
