import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type MockVendor, mockVendor } from '../runtimes/vendor.ts';
import { type Project, pack, projectWith } from './project.ts';

const run = promisify(execFile);
let project: Project;
let vendor: MockVendor;
beforeAll(async () => {
  const sdks = ['openai', '@anthropic-ai/sdk', '@google/genai', '@google/generative-ai'];
  project = await projectWith(await pack(), sdks);
  vendor = await mockVendor();
});
afterAll(async () => {
  await vendor.close();
  await project.remove();
});

/** What answers four chats, one after the other, while Node cannot read the SDK's files for the first two of them. */
async function answers(sdk: string, provider: string): Promise<string> {
  const code = `
    import { registerHooks } from 'node:module';
    import { createRouter } from 'signalbox';
    import { openaiCompatible } from 'signalbox/openai-compatible';
    import * as sdks from 'signalbox/${provider.split('(')[0]}';
    let handles = false;
    registerHooks({
      load(url, context, next) {
        if (!handles && url.includes('node_modules/${sdk}/'))
          throw Object.assign(new Error('EMFILE: too many open files, open ' + url), { code: 'EMFILE' });
        return next(url, context);
      },
    });
    const vendor = '${vendor.url}';
    const price = { input: 1, output: 1 };
    const first = sdks.${provider};
    const second = openaiCompatible({ name: 'second', baseURL: vendor + '/v1', apiKey: 'k' });
    const router = createRouter({
      targets: [{ id: 'first', provider: first, model: 'good', price }, { id: 'second', provider: second, model: 'good', price }],
    });
    const answered = [];
    for (const now of [false, false, true, true]) {
      handles = now;
      const { target } = await router.chat({ prompt: 'Hi' });
      answered.push(target);
    }
    console.log(answered.join());
  `;
  const { stdout } = await run(process.execPath, ['--input-type=module', '-e', code], {
    cwd: project.folder,
  });
  return stdout.trim();
}

describe('an SDK that Node cannot read for the moment', () => {
  it.concurrent.each([
    ['openai', "openai({ apiKey: 'k', baseURL: vendor + '/v1' })"],
    ['openai', "openai({ apiKey: 'k', baseURL: vendor + '/v1', api: 'responses' })"],
    ['@anthropic-ai/sdk', "anthropic({ apiKey: 'k', baseURL: vendor })"],
    ['@google/genai', "google({ apiKey: 'k', baseURL: vendor })"],
  ])('%s: others answer until it can be read: %s', async (sdk, provider) => {
    expect(await answers(sdk, provider)).toBe('second,second,first,first');
  });
});
