// CopilotKit: its built-in agent over a router, its chat in a browser. Its runtime is built on AI SDK 6, whose models have the
// specification `v3`.
import { createServer } from 'node:http';
import { join } from 'node:path';
import { BuiltInAgent, CopilotRuntime, createCopilotRuntimeHandler } from '@copilotkit/runtime/v2';
import { build } from 'esbuild';
import { createRouter } from 'signalbox';
import { toProvider } from 'signalbox/ai-sdk';
import { openai } from 'signalbox/openai';
import { toNodeHandler } from 'signalbox/openai-fetch';

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
  const model = toProvider(router, { specificationVersion: 'v3' })('default');
  const runtime = new CopilotRuntime({ agents: { default: new BuiltInAgent({ model }) } });
  const copilot = createCopilotRuntimeHandler({ runtime, basePath: '/api/copilotkit' });
  const script = await bundle();

  // CopilotKit goes on with a run whose page is closed, so that the page can come back to it.
  async function stopWithPage(request) {
    const { threadId } = await request.clone().json();
    request.signal.addEventListener('abort', () => runtime.runner.stop({ threadId }));
  }

  async function answer(request) {
    const { pathname } = new URL(request.url);
    if (pathname.startsWith('/api/copilotkit')) {
      if (pathname.endsWith('/run')) await stopWithPage(request);
      return copilot(request);
    }
    if (pathname === '/page.js')
      return new Response(script, { headers: { 'content-type': 'text/javascript' } });
    return new Response(html, { headers: { 'content-type': 'text/html' } });
  }

  const server = createServer(toNodeHandler(answer)).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  return {
    page: {
      url: `http://127.0.0.1:${server.address().port}/`,
      async ask(page, question) {
        const box = page.getByRole('textbox');
        await box.fill(question);
        await box.press('Enter');
      },
      answer: '[data-testid=copilot-assistant-message]',
      busy: '[data-copilot-running=true]',
      broken: '[role=alert]',
    },
    stop: () => server.close().closeAllConnections(),
  };
}

const html =
  '<!doctype html><html lang="en"><meta charset="utf-8"><div id="root"></div><script src="/page.js"></script></html>';

async function bundle() {
  const { outputFiles } = await build({
    entryPoints: [join(import.meta.dirname, 'page.jsx')],
    bundle: true,
    write: false,
    jsx: 'automatic',
    minify: true,
    define: { 'process.env.NODE_ENV': '"production"' },
    loader: { '.css': 'empty', '.woff': 'empty', '.woff2': 'empty', '.ttf': 'empty' },
    logLevel: 'error',
  });
  return outputFiles[0].text;
}
