import { createRouter } from 'signalbox';
import { toDashboard } from 'signalbox/dashboard';
import { openai } from 'signalbox/openai';

// The key and the addresses are in the environment when it runs, not when it is built.
const { OPENAI_API_KEY: apiKey, FIRST_URL, SECOND_URL, DASHBOARD_TOKEN: token } = process.env;

export const router = createRouter({
  targets: [
    { id: 'first', provider: openai({ apiKey, baseURL: FIRST_URL }), model: 'gpt-5-mini' },
    { id: 'second', provider: openai({ apiKey, baseURL: SECOND_URL }), model: 'gpt-5-nano' },
  ],
  timeout: { idle: 600_000 }, // longer than the tests, which pause the stream
  log: false,
});

// Beside the router: it counts from here on, and Next loads a route only when it is asked for.
export const dashboard = toDashboard(router, { token });
