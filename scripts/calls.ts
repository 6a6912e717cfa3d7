// Function calls and files per request, by V8 coverage: a chat and a stream without failures, over the real
// OpenAI SDK and a server on loopback. Fails above the limits. `--list` lists the calls.
//
// node scripts/calls.ts [--list]
import { createServer } from 'node:http';
import { Session } from 'node:inspector/promises';
import type { AddressInfo } from 'node:net';
import { sep } from 'node:path';
import { openai } from '../src/providers/openai/index.ts';
import { createRouter } from '../src/router.ts';

/**
 * Maximum number of function calls per request. A resumed async function counts as a call, and so do the handlers that the transport
 * gives to Node's dispatcher, and what V8 calls to create the fields that a class does not merely `declare`.
 */
const limits = { chat: 400, stream: 800 };

/** Number of function calls, and of files that contain the functions. */
export interface Calls {
  readonly calls: number;
  readonly functions: number;
  readonly files: ReadonlyMap<string, ReadonlyMap<string, number>>;
}

const chunk = (choice: object, more = {}): string =>
  `data: ${JSON.stringify({ id: 'c', object: 'chat.completion.chunk', created: 1, model: 'm', choices: [choice], ...more })}\n\n`;
const usage = { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 };
const streamed = [
  chunk({ index: 0, delta: { role: 'assistant', content: '' }, finish_reason: null }),
  chunk({ index: 0, delta: { content: 'Hello' }, finish_reason: null }),
  chunk({ index: 0, delta: {}, finish_reason: 'stop' }),
  `data: ${JSON.stringify({ id: 'c', object: 'chat.completion.chunk', created: 1, model: 'm', choices: [], usage })}\n\n`,
  'data: [DONE]\n\n',
].join('');
const complete = JSON.stringify({
  id: 'c',
  object: 'chat.completion',
  created: 1,
  model: 'm',
  choices: [{ index: 0, message: { role: 'assistant', content: 'Hello' }, finish_reason: 'stop' }],
  usage,
});

/** Counts one request of each kind, after a warm-up. */
export async function countCalls(): Promise<{ readonly chat: Calls; readonly stream: Calls }> {
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8');
    request.on('data', (text: string) => {
      body += text;
    });
    request.on('end', () => {
      const { stream } = JSON.parse(body) as { stream?: boolean };
      response.setHeader('content-type', stream === true ? 'text/event-stream' : 'application/json');
      response.end(stream === true ? streamed : complete);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const provider = openai({ apiKey: 'key', baseURL: `http://127.0.0.1:${port}/v1` });
  const price = { input: 1, output: 2 };
  const router = createRouter({
    targets: ['a', 'b'].map((id) => ({ id, provider, model: 'm', price })),
    catalog: false,
  });
  const chat = async (): Promise<void> => void (await router.chat({ prompt: 'Hello' }));
  const stream = async (): Promise<void> => {
    for await (const _ of await router.stream({ prompt: 'Hello' }));
  };
  const inspector = new Session();
  inspector.connect();
  await inspector.post('Profiler.enable');
  await inspector.post('Profiler.startPreciseCoverage', { callCount: true, detailed: false });
  try {
    return { chat: await fewest(inspector, chat), stream: await fewest(inspector, stream) };
  } finally {
    inspector.disconnect();
    await router.close();
    server.closeAllConnections();
    server.close();
  }
}

/** The fewest of several requests: a timer of the router may fire during one of them. */
async function fewest(inspector: Session, request: () => Promise<void>): Promise<Calls> {
  for (let warming = 0; warming < 5; warming++) await request();
  const counts: Calls[] = [];
  for (let round = 0; round < 25; round++) counts.push(await counted(inspector, request));
  return counts.reduce((least, each) => (each.calls < least.calls ? each : least));
}

async function counted(inspector: Session, request: () => Promise<void>): Promise<Calls> {
  await inspector.post('Profiler.takePreciseCoverage');
  await request();
  const { result } = await inspector.post('Profiler.takePreciseCoverage');
  const files = new Map<string, Map<string, number>>();
  let calls = 0;
  let functions = 0;
  const root = `${sep}src${sep}`;
  for (const { url, functions: all } of result) {
    const file = url.slice(url.lastIndexOf(root) + root.length);
    if (!url.includes(root) || url.includes('node_modules')) continue;
    for (const { functionName, ranges } of all) {
      const count = ranges[0]?.count ?? 0;
      if (count === 0) continue;
      const own = files.get(file) ?? new Map<string, number>();
      files.set(file, own);
      const name = functionName === '' ? '(anonymous)' : functionName;
      own.set(name, (own.get(name) ?? 0) + count);
      calls += count;
      functions += 1;
    }
  }
  return { calls, functions, files };
}

if (import.meta.main) {
  const counts = await countCalls();
  for (const kind of ['chat', 'stream'] as const) {
    const { calls, functions, files } = counts[kind];
    const limit = limits[kind];
    console.log(`${kind}: ${calls} calls of ${functions} functions in ${files.size} files, at most ${limit}`);
    if (calls > limit) process.exitCode = 1;
    if (!process.argv.includes('--list')) continue;
    for (const [file, names] of files)
      console.log(`  ${file}: ${[...names].map(([name, count]) => `${name} ${count}`).join(', ')}`);
  }
}
