// Next.js: `useChat` in a browser, and the OpenAI API as a route. Built without a key.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';
import OpenAI from 'openai';

const bin = createRequire(import.meta.url).resolve('next/dist/bin/next');
const dashboardToken = 'the-token-of-this-app';
const next = (args, env = {}) =>
  spawn(process.execPath, [bin, ...args], {
    cwd: import.meta.dirname,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });

export async function start([first, second]) {
  await build();
  const env = {
    OPENAI_API_KEY: 'none',
    FIRST_URL: first.url,
    SECOND_URL: second.url,
    ROUTER_TOKEN: 'secret',
    DASHBOARD_TOKEN: dashboardToken,
  };
  const server = next(['start', '--port', '0', '--hostname', '127.0.0.1'], env);
  const url = await addressOf(server);
  return {
    page: {
      url,
      async ask(page, question) {
        await page.getByLabel('Question').fill(question);
        await page.getByRole('button', { name: 'Ask' }).click(); // waits until it is enabled
      },
      answer: '[data-role=assistant]',
      busy: '[aria-busy=true]',
      broken: '[data-error]',
    },
    async check([first]) {
      const client = new OpenAI({ apiKey: 'secret', baseURL: `${url}/api/v1`, maxRetries: 0 });
      const { data } = await client.models.list();
      assert.ok(data.some(({ id }) => id === 'second'));
      const messages = [{ role: 'user', content: 'Why is the sky blue?' }];
      const completion = await client.chat.completions.create({ model: 'default', messages });
      assert.equal(completion.choices[0].message.content, 'The sky is blue.');
      // Next replaces `fetch`, so the router uses it and not its own HTTP client, as docs/guide/next.md says.
      assert.equal(first.headers['sec-fetch-mode'], 'cors');
      await checkDashboard(url);
    },
    stop: () => server.kill(),
  };
}

/** Its page, the live events of the router that the other routes use, and nothing without the token. */
async function checkDashboard(url) {
  const get = (path, headers = {}) => fetch(`${url}/signalbox${path}`, { headers });
  const page = await get('');
  assert.match(page.headers.get('content-security-policy'), /^default-src 'none'; script-src 'nonce-/);
  assert.match(await page.text(), /<div id="app">/);
  assert.equal((await get('/api/events')).status, 401);
  const events = await get('/api/events', { authorization: `Bearer ${dashboardToken}` });
  const reader = events.body.pipeThrough(new TextDecoderStream()).getReader();
  const { value } = await reader.read();
  await reader.cancel();
  const { targets, requests } = JSON.parse(value.split('\ndata: ')[1]);
  assert.deepEqual(
    targets.map(({ id }) => id),
    ['first', 'second'],
  );
  // Those of the other routes, by whichever target was healthy.
  assert.ok(requests.some(({ outcome }) => outcome === 'success'));
}

async function build() {
  // Routes are loaded while it builds.
  const child = next(['build'], { DASHBOARD_TOKEN: dashboardToken });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk));
  const code = await new Promise((resolve) => child.on('close', resolve));
  assert.equal(code, 0, output);
  assert.doesNotMatch(output, /warn/i);
}

async function addressOf(server) {
  let output = '';
  server.stderr.on('data', (chunk) => (output += chunk));
  for await (const line of createInterface(server.stdout)) {
    output += `${line}\n`;
    const url = /http:\/\/127\.0\.0\.1:[1-9]\d*/.exec(line)?.[0];
    if (url !== undefined) return url;
  }
  throw new Error(`next start: ${output}`);
}
