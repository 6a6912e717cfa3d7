// A tool that the vendor runs itself, here OpenAI's web search over the Responses API. Targets of other
// vendors answer without it, with a warning.
import { createRouter } from 'signalbox';
import { openai } from 'signalbox/openai';

const router = createRouter({
  targets: [{ provider: openai({ api: 'responses' }), model: 'gpt-5-mini' }],
});

const { text, content, usage, cost } = await router.chat({
  prompt: 'Why is the sky blue? Cite a page.',
  tools: [{ type: 'provider', id: 'openai.web_search', name: 'web_search', args: {} }],
  providerOptions: { openai: { include: ['web_search_call.action.sources'] } },
});
console.log(text);
for (const part of content)
  if (part.type === 'source') console.log(`- ${part.title ?? ''} ${part.url ?? ''}`);
console.log(`${usage.webSearches ?? 0} searches, US$ ${cost?.total.toFixed(6)}`);
