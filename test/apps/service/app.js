// A Node service: a streamed answer with failover, a break in the middle, and a caller who leaves.
import assert from 'node:assert/strict';
import { createRouter, isRouterError } from 'signalbox';
import { openai } from 'signalbox/openai';

const price = { input: 1, output: 1 };

export async function check([first, second]) {
  const target = (id, { url }) => ({
    id,
    provider: openai({ apiKey: 'none', baseURL: url }),
    model: 'm',
    price,
  });
  const router = createRouter({ targets: [target('first', first), target('second', second)], log: false });
  const read = async (stream) => {
    let text = '';
    for await (const part of stream.textStream) text += part;
    return text;
  };

  first.mode = 'down';
  const stream = await router.stream({ prompt: 'Why is the sky blue?' });
  assert.equal(await read(stream), 'The sky is blue.');
  assert.equal(stream.target, 'second');

  second.mode = 'cut';
  const cut = await router.stream({ prompt: 'Why?' }, { targets: ['second'] });
  const error = await read(cut).catch((thrown) => thrown);
  assert.ok(isRouterError(error, 'stream-interrupted'), String(error));
  assert.equal(error.partial.text, 'The sky ');

  second.mode = 'endless';
  for await (const _ of (await router.stream({ prompt: 'Why?' }, { targets: ['second'] })).textStream) break;
  while (second.left === 0) await new Promise(setImmediate);
  await router.close();
}
