// A client that the application configured itself: proxies, Azure, tracing, middleware.
import OpenAI from 'openai';
import { createRouter } from 'signalbox';
import { openai } from 'signalbox/openai';

const client = new OpenAI({ timeout: 30_000 });

const router = createRouter({ targets: [{ provider: openai({ client }), model: 'gpt-5-mini' }] });

const { text, response } = await router.chat({ prompt: 'Why is the sky blue?' });
console.log(text);
console.log(`answered by ${response.model}`);
