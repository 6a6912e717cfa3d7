// A stream that breaks midway: restart it on another target, or get the partial answer.
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
    if (part.type === 'restart') shown = ''; // discard the text so far
    if (part.type === 'text-delta') shown += part.text;
  }
  console.log(shown);
} catch (error) {
  if (isRouterError(error, 'stream-interrupted')) console.log(`partial answer: ${error.partial.text}`);
  throw error;
}
