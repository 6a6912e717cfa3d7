// One target with a wrong key and one that is unreachable: the request still succeeds, and the result shows
// the attempts.
import { createRouter } from 'signalbox';
import { openai } from 'signalbox/openai';
import { openaiCompatible } from 'signalbox/openai-compatible';

const router = createRouter({
  targets: [
    {
      provider: openaiCompatible({ name: 'nobody', baseURL: 'http://127.0.0.1:9/v1', apiKey: 'none' }),
      model: 'any',
    },
    { provider: openai(), model: 'gpt-5-mini' },
  ],
});

router.on('target-state', ({ target, state }) => console.log(`${target} is now ${state}`));

const { text, attempts } = await router.chat({ prompt: 'Why is the sky blue?' });
for (const { target, outcome, error, duration } of attempts) {
  console.log(
    `${target}: ${outcome}${error === undefined ? '' : ` (${error.kind})`} after ${duration.toFixed(0)} ms`,
  );
}
console.log(text);
