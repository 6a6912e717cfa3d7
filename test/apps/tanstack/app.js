// TanStack AI: its OpenAI adapter over a router, its React hook in a browser, a server of node:http between them.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { chat, toServerSentEventsResponse } from '@tanstack/ai';
import { createOpenaiChatCompletions } from '@tanstack/ai-openai';
import { build } from 'esbuild';
import { createRouter } from 'signalbox';
import { openai } from 'signalbox/openai';
import { toFetch, toNodeHandler } from 'signalbox/openai-fetch';

export async function start([first, second]) {
  const target = (id, { url }) => ({
    id,
    provider: openai({ apiKey: 'none', baseURL: url }),
    model: 'gpt-5-mini',
    price: { input: 1, output: 1 },
  });
  const router = createRouter({
    targets: [target('first', first), target('second', second)],
    timeout: { idle: 600_000 }, // longer than the tests, which pause the stream
    log: false,
  });
  const fetch = toFetch(router, { aliases: { 'gpt-5-mini': 'default' } });
  const adapter = createOpenaiChatCompletions('gpt-5-mini', 'none', {
    baseURL: 'http://signalbox/v1',
    fetch,
    maxRetries: 0,
  });
  const script = await bundle();

  async function answer(request) {
    const { pathname } = new URL(request.url);
    if (pathname === '/page.js')
      return new Response(script, { headers: { 'content-type': 'text/javascript' } });
    if (pathname !== '/api/chat') return new Response(html, { headers: { 'content-type': 'text/html' } });
    const { messages } = await request.json();
    const abortController = new AbortController(); // a closed page aborts it
    const stream = chat({ adapter, messages, abortController });
    return toServerSentEventsResponse(stream, { abortController });
  }

  const server = createServer(toNodeHandler(answer)).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  return {
    page: {
      url: `http://127.0.0.1:${server.address().port}/`,
      async ask(page, question) {
        await page.getByLabel('Question').fill(question);
        await page.getByRole('button', { name: 'Ask' }).click();
      },
      answer: '[data-role=assistant]',
      busy: '[aria-busy=true]',
      broken: '[data-error]',
    },
    async check() {
      const text = await chat({ adapter, messages: [{ role: 'user', content: 'Why?' }], stream: false });
      assert.equal(text, 'The sky is blue.');
    },
    stop: () => server.close().closeAllConnections(),
  };
}

const html = '<!doctype html><html lang="en"><div id="root"></div><script src="/page.js"></script></html>';

async function bundle() {
  const { outputFiles } = await build({
    entryPoints: [join(import.meta.dirname, 'page.jsx')],
    bundle: true,
    write: false,
    jsx: 'automatic',
    minify: true,
    define: { 'process.env.NODE_ENV': '"production"' },
    logLevel: 'error',
  });
  return outputFiles[0].text;
}
