// A stream that breaks in the middle: start anew at another target, or be told what came so far.
import { createRouter, isRouterError } from 'signalbox';
import { google } from 'signalbox/google';
import { openai } from 'signalbox/openai';

const router = createRouter({
  targets: [
    { provider: openai(), model: 'gpt-5-mini' },
    { provider: google(), model: 'gemini-2.5-flash' },
  ],
});

try {
  let shown = '';
  const stream = await router.stream({ prompt: 'Why is the sky blue?' }, { interrupted: 'restart' });
  for await (const part of stream) {
    if (part.type === 'restart') shown = ''; // what came so far is void
    if (part.type === 'text-delta') shown += part.text;
  }
  console.log(shown);
} catch (error) {
  if (isRouterError(error, 'stream-interrupted')) console.log(`came as far as: ${error.partial.text}`);
  throw error;
}
