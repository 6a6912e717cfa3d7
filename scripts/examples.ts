// Runs the examples against a mock of the vendors, or with `--live` against the vendors. `npm run examples --
// stream tools --verbose` runs those whose names match and prints their output.
import { spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { LLMock } from '@copilotkit/aimock';

const live = process.argv.includes('--live');
const wanted = process.argv.slice(2).filter((argument) => !argument.startsWith('--'));
const examples = readdirSync('examples')
  .filter((file) => file.endsWith('.ts'))
  .filter((file) => wanted.length === 0 || wanted.some((name) => file.includes(name)));

const mock = new LLMock({ port: 0, logLevel: 'silent' });
const usage = {
  prompt_tokens: 12,
  completion_tokens: 40,
  total_tokens: 52,
  input_tokens: 12,
  output_tokens: 40,
  promptTokenCount: 12,
  candidatesTokenCount: 40,
};
const say = (content: string, more: object = {}) => ({ content, usage, ...more });
mock.on({ userMessage: /weather/, hasToolResult: true }, say('It is 19 °C and clear in Paris.'));
mock.on({ userMessage: /weather/ }, { toolCalls: [{ name: 'get_weather', arguments: '{"city":"Paris"}' }] });
mock.onMessage(/\[EMAIL_1\]/, say('Dear [NAME_1], this is for [EMAIL_1].'));
mock.onMessage(/invoice/, say('{"number":"4711","total":1250.5,"currency":"EUR"}'));
mock.onMessage(/days lie/, say('75 days.', { reasoning: '28 days are left of March, then 30 and 17.' }));
mock.onMessage(/color/, say('It is red.'));
const pixel =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
mock.onImage(/.*/, { image: { b64Json: pixel } });
mock.onMessage(/.*/, say('Air scatters blue light more than red: short waves are turned aside most.'));
await mock.start();

function run(file: string): Promise<boolean> {
  const keys = ['OPENAI_API_KEY', 'ANTHROPIC_API_KEY', 'GEMINI_API_KEY', 'GROQ_API_KEY'];
  const dummies = Object.fromEntries(keys.map((name) => [name, 'no-key']));
  // The SDKs read more variables than keys; those are unset, so that this machine's settings cannot bypass
  // the mock.
  const { PATH } = process.env;
  const env = live ? process.env : { PATH, ...dummies, SIGNALBOX_MOCK: mock.url };
  const args = live ? [] : ['--import', './scripts/redirect.ts'];
  const child = spawn(process.execPath, [...args, `examples/${file}`], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 60_000,
  });
  let output = '';
  child.stdout.on('data', (chunk) => (output += chunk));
  child.stderr.on('data', (chunk) => (output += chunk));
  return new Promise((resolve) => {
    child.on('close', (code) => {
      const ok = code === 0 && output.trim() !== '';
      console.log(`${ok ? 'ok    ' : 'FAILED'} examples/${file}`);
      if (!ok || process.argv.includes('--verbose')) console.log(output.replaceAll(/^/gm, '       '));
      resolve(ok);
    });
  });
}

let failed = 0;
for (const file of examples) if (!(await run(file))) failed += 1;
await mock.stop();
console.log(`${examples.length - failed} examples ran, ${failed} failed`);
process.exitCode = failed === 0 && examples.length > 0 ? 0 : 1;
