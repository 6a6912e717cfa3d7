// A strategy is an object with a name and a `rank` function: candidates in, order out.
import { createRouter, type Strategy } from 'signalbox';
import { anthropic } from 'signalbox/anthropic';
import { openai } from 'signalbox/openai';

/** Prefers EU targets for requests that need them, then the fastest target. */
const nearAndFast: Strategy = {
  name: 'near-and-fast',
  rank: (candidates, { metadata }) =>
    candidates
      .filter(({ target }) => metadata['region'] !== 'eu' || target.tags.includes('eu'))
      .toSorted((a, b) => (a.stats.total ?? 0) - (b.stats.total ?? 0)),
};

const router = createRouter({
  targets: [
    { provider: openai(), model: 'gpt-5-mini', tags: ['us'] },
    { provider: anthropic(), model: 'claude-haiku-4-5', tags: ['eu'] },
  ],
  strategy: nearAndFast,
});

const { target } = await router.chat({ prompt: 'Why is the sky blue?' }, { metadata: { region: 'eu' } });
console.log(target);
