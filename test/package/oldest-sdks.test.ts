import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { installIn } from '../runtimes/installed.ts';
import { type MockVendor, mockVendor } from '../runtimes/vendor.ts';
import { type Installed, type Project, pack, projectWith } from './project.ts';

const run = promisify(execFile);
const folder = join(import.meta.dirname, 'oldest');
const failed = installIn(folder, 'test/package/oldest');
const skipped = failed !== undefined && process.env['CI'] === undefined;
if (skipped) console.warn(`the oldest SDKs are skipped: ${failed}`);

const words = 'Hello there, friend';
const from = (name: string, alias = name): Installed => [name, join(folder, 'node_modules', alias)];

let vendor: MockVendor;
let oldest: Project;
let withFetch: Project;
beforeAll(async () => {
  if (skipped) return;
  if (failed !== undefined) throw new Error(failed);
  const packed = await pack();
  vendor = await mockVendor();
  oldest = await projectWith(packed, [from('openai'), from('@anthropic-ai/sdk'), from('@google/genai')]);
  withFetch = await projectWith(packed, [from('@google/genai', 'genai-with-fetch')]);
});
afterAll(async () => {
  await vendor?.close();
  await oldest?.remove();
  await withFetch?.remove();
});

/** The text of a chat and of a stream in an application, or the message of the error. */
async function answers(
  { folder: cwd }: Project,
  factory: string,
  provider: string,
): Promise<readonly string[]> {
  const code = `
    import { createRouter } from 'signalbox';
    import { ${factory} } from 'signalbox/${factory}';
    const vendor = '${vendor.url}';
    const targets = [{ provider: ${provider}, model: 'good', price: { input: 1, output: 1 } }];
    const router = createRouter({ targets, log: false });
    const chat = async () => (await router.chat({ prompt: 'Hi' })).text;
    const stream = async () => {
      const stream = await router.stream({ prompt: 'Hi' });
      return (await stream.result).text;
    };
    const failure = ({ message, cause }) => cause?.message ?? message;
    console.log(JSON.stringify([await chat().catch(failure), await stream().catch(failure)]));
    await router.close();
  `;
  const { stdout } = await run(process.execPath, ['--input-type=module', '-e', code], { cwd });
  return JSON.parse(stdout);
}

describe.skipIf(skipped)('the oldest supported version of an SDK', () => {
  it.each([
    ['openai', "openai({ apiKey: 'k', baseURL: vendor + '/v1' })"],
    ['openai', "openai({ apiKey: 'k', baseURL: vendor + '/v1', api: 'responses' })"],
    [
      'openai',
      "openai({ client: new (await import('openai')).default({ apiKey: 'k', baseURL: vendor + '/v1' }) })",
    ],
    ['anthropic', "anthropic({ apiKey: 'k', baseURL: vendor })"],
    [
      'anthropic',
      "anthropic({ client: new (await import('@anthropic-ai/sdk')).default({ apiKey: 'k', baseURL: vendor }) })",
    ],
    [
      'google',
      "google({ client: new (await import('@google/genai')).GoogleGenAI({ apiKey: 'k', httpOptions: { baseUrl: vendor } }) })",
    ],
  ])('answers chats and streams: %s, %s', async (factory, provider) => {
    expect(await answers(oldest, factory, provider)).toEqual([words, words]);
  });

  it('answers chats and streams of google() without a client from 2.23 on', async () => {
    const provider = "google({ apiKey: 'k', baseURL: vendor })";
    expect(await answers(withFetch, 'google', provider)).toEqual([words, words]);
  });

  it('is named by an error of google() without a client if it is older', async () => {
    const found = await answers(oldest, 'google', "google({ apiKey: 'k', baseURL: vendor })");
    for (const message of found)
      expect(message).toContain('version 2.23 or newer of the package "@google/genai"');
  });
});
