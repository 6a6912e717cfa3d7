// A fresh process up to its first answer, as an application's: it says what that took and ends. In JavaScript, so that compiling
// TypeScript is no part of it.

const [contender, vendor] = process.argv.slice(2);
const model = 'gpt-5-mini';
const baseURL = `${vendor}/v1`;
const apiKey = 'no-key';

const make = {
  async openai() {
    const { OpenAI } = await import('openai');
    const client = new OpenAI({ apiKey, baseURL, maxRetries: 0 });
    return async (content) => {
      const { choices } = await client.chat.completions.create({
        model,
        messages: [{ role: 'user', content }],
      });
      return choices[0]?.message.content;
    };
  },
  async 'signalbox-openai'() {
    const [{ createRouter }, { openai }] = await Promise.all([
      import('signalbox'),
      import('signalbox/openai'),
    ]);
    const router = createRouter({ targets: [{ provider: openai({ apiKey, baseURL }), model }] });
    return async (prompt) => (await router.chat({ prompt })).text;
  },
  async 'signalbox-compatible'() {
    const [{ createRouter }, { openaiCompatible }] = await Promise.all([
      import('signalbox'),
      import('signalbox/openai-compatible'),
    ]);
    const provider = openaiCompatible({ name: 'openai', baseURL, apiKey });
    const router = createRouter({ targets: [{ provider, model }] });
    return async (prompt) => (await router.chat({ prompt })).text;
  },
};

const chat = await make[contender]();
const text = await chat('Why is the sky blue?');
const time = performance.now();
const { user, system } = process.cpuUsage();
const { rss } = process.memoryUsage();
if (!text) throw new Error('no answer');
process.send({ time, cpu: (user + system) / 1_000, rss: rss / 2 ** 20 });
process.disconnect();
