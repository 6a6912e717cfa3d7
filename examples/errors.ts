// The error for a vendor's refusal that quotes the prompt and the key. A mock `fetch` is the vendor.
import { createRouter, isRouterError } from 'signalbox';
import { openai } from 'signalbox/openai';

const prompt = 'My patient Ada Byron has diabetes.';
const refusal = {
  message: `Invalid prompt: '${prompt}' (key sk-123456). Temperature must be at most 2.`,
  type: 'invalid_request_error',
  code: 'invalid_value',
  param: 'temperature',
};
const provider = openai({
  apiKey: 'sk-123456',
  fetch: async () => Response.json({ error: refusal }, { status: 400 }),
});
const router = createRouter({ targets: [{ provider, model: 'gpt-4.1-mini' }] });

try {
  await router.chat({ prompt, temperature: 9 });
} catch (error) {
  if (!isRouterError(error, 'provider')) throw error;
  console.log(error.message); // … (status 400, invalid_value, param temperature): Invalid prompt: '[redacted]' …
  console.log(error.status, error.vendorCode, error.vendorType, error.param);
  console.log(error.unredacted().message); // the whole sentence: look before you log it
}
