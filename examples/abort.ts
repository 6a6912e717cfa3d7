// Cancel early: the connection closes immediately, and the target's health is unaffected.
import { createRouter } from 'signalbox';
import { openai } from 'signalbox/openai';

const router = createRouter({ targets: [{ provider: openai(), model: 'gpt-5-mini' }] });

// By leaving the loop …
for await (const part of await router.stream({ prompt: 'Why is the sky blue?' })) {
  console.log(`got a ${part.type}, stopping`);
  break;
}

// … or by a signal, whose reason is rethrown unchanged.
const abort = new AbortController();
const answer = router.chat({ prompt: 'Why is the sky blue?' }, { signal: abort.signal });
abort.abort(new Error('changed my mind'));
await answer.catch((error: Error) => console.log(error.message));
