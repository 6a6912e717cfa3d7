import { canary, createRouter, type RequestError, rules, weighted } from 'signalbox';
import { openai } from 'signalbox/openai';
import { describe, expect, it } from 'vitest';

const provider = openai({ apiKey: 'sk-canary' });
const target = { provider, model: 'm' };
const targets = [target];
const one = { targets };
const router = createRouter(one);
const prompt = 'Why?';

/** Called without types, as JavaScript does. */
const create = createRouter as (...options: unknown[]) => unknown;
const make = openai as (options: unknown) => unknown;
const chat = router.chat as (...options: unknown[]) => Promise<unknown>;
const embed = router.embed as (...options: unknown[]) => Promise<unknown>;
const on = router.on as (...options: unknown[]) => unknown;

/** What a developer writes, and the part of the message that says what to write instead. */
const mistakes: readonly (readonly [written: string, run: () => unknown, says: string])[] = [
  [
    'createRouter()',
    () => create(),
    "Write createRouter({ targets: [{ provider: openai(), model: 'gpt-5-mini' }] }).",
  ],
  ['createRouter([target])', () => create(targets), 'Write createRouter({ targets: ['],
  ['{ models: […] }', () => create({ models: [] }), 'Write targets: ['],
  ['{ targets: { a } }', () => create({ targets: {} }), 'Write targets: ['],
  [
    'targets: [openai()]',
    () => create({ targets: [provider] }),
    "Write { provider: openai(), model: 'gpt-5-mini' }.",
  ],
  ["targets: ['gpt-5-mini']", () => create({ targets: ['gpt-5-mini'] }), 'Write { provider: openai(), model'],
  [
    'provider: openai',
    () => create({ targets: [{ provider: openai, model: 'm' }] }),
    'Import and call its factory: openai()',
  ],
  [
    "provider: 'openai'",
    () => create({ targets: [{ provider: 'openai', model: 'm' }] }),
    'Import and call its factory',
  ],
  [
    'a target without a model',
    () => create({ targets: [{ provider }] }),
    'Write { provider: openai(), model',
  ],
  [
    'price: 0.25',
    () => create({ targets: [{ ...target, price: 0.25 }] }),
    'Write { input: 0.25, output: 2 }',
  ],
  ['timeout: 5000', () => create({ ...one, timeout: 5000 }), 'Write timeout: { request: 5000 }.'],
  [
    'retries: 3',
    () => create({ ...one, retries: 3 }),
    'Write maxAttempts: 3 for all targets, or retry: { sameTarget: 1 }',
  ],
  ['providers: openai()', () => create({ providers: provider }), 'such as [openai()], got an object'],
  ['providers: [openai]', () => create({ providers: [openai] }), 'Import and call its factory: openai()'],
  ["providers: ['openai']", () => create({ providers: ['openai'] }), 'Import and call its factory: openai()'],
  [
    'the same provider twice',
    () => create({ providers: [provider, provider] }),
    "providers[1]: expected a provider with a unique name, got 'openai'",
  ],
  [
    'lastResort: { text }',
    () => create({ ...one, lastResort: { text: 'Busy' } }),
    "Write lastResort: 'We are busy.'.",
  ],
  ["fallback: 'We are busy'", () => create({ ...one, fallback: 'Busy' }), 'For a text, write lastResort'],
  [
    'a model without its provider',
    () => chat({ prompt }, { model: 'gpt-5-mini' }),
    "options.model: expected one of default, openai/m, got 'gpt-5-mini'",
  ],
  [
    "history: 'anthropic'",
    () => chat({ prompt }, { history: 'anthropic' }),
    "Write history: { from: 'openai/gpt-5-mini' }, with the id of a target.",
  ],
  [
    "history: { from: 'anthropic' }",
    () => chat({ prompt }, { history: { from: 'anthropic' } }),
    "options.history.from: expected one of default, openai/m, got 'anthropic'",
  ],
  [
    'addTarget(openai())',
    () => (router.addTarget as (target: unknown) => unknown)(provider),
    "Write router.addTarget({ provider: openai(), model: 'gpt-5-mini' }).",
  ],
  [
    'addTarget with an id that exists',
    () => router.addTarget(target),
    "target.id: expected a unique id, got 'openai/m'",
  ],
  ['retry: 3', () => create({ ...one, retry: 3 }), 'Write maxAttempts: 3 for all targets'],
  ['fallbacks: […]', () => create({ ...one, fallbacks: [] }), 'List several targets'],
  [
    "strategy: 'lowestCost'",
    () => create({ ...one, strategy: 'lowestCost' }),
    'Import and call one: priority()',
  ],
  [
    'a route with an unknown target',
    () => create({ ...one, routes: { a: { targets: ['m'] } } }),
    "expected one of openai/m, got 'm'",
  ],
  [
    'weighted({ unknown })',
    () => create({ ...one, strategy: weighted({ m: 1 }) }),
    "strategy: weighted: expected one of openai/m, got 'm'",
  ],
  [
    'canary({ unknown })',
    () => create({ ...one, strategy: canary({ target: 'm', ratio: 0.1 }) }),
    "expected one of openai/m, got 'm'",
  ],
  [
    'rules([{ use: unknown }])',
    () => create({ ...one, strategy: rules([{ when: () => true, use: 'm' }]) }),
    "strategy: rules: expected one of openai/m, got 'm'",
  ],
  [
    'mirror to an unknown target',
    () => create({ ...one, mirror: { target: 'm', ratio: 0.1 } }),
    "mirror.target: expected one of openai/m, got 'm'",
  ],
  [
    "fallbackOn: ['429']",
    () => create({ ...one, fallbackOn: ['429'] }),
    'fallbackOn[0]: expected one of rate-limit',
  ],
  ['openai({ apikey })', () => make({ apikey: 'k' }), 'Write apiKey.'],
  ['openai({ baseUrl })', () => make({ baseUrl: 'http://a.example' }), 'Write baseURL.'],
  ["chat('Why?')", () => chat('Why?'), "Write router.chat({ prompt: 'Why is the sky blue?' })."],
  ['chat([message])', () => chat([]), 'Write router.chat({ prompt'],
  [
    'chat({ model })',
    () => chat({ prompt, model: 'm' }),
    'name it in the second argument: router.chat(request, { model:',
  ],
  ['chat({ maxTokens })', () => chat({ prompt, maxTokens: 9 }), 'Write maxOutputTokens.'],
  ['chat({ stream: true })', () => chat({ prompt, stream: true }), 'Call router.stream(request).'],
  [
    'chat({ response_format })',
    () => chat({ prompt, response_format: {} }),
    'Write schema, or responseFormat.',
  ],
  [
    'chat({ signal })',
    () => chat({ prompt, signal: 1 }),
    'in the second argument: router.chat(request, { … }).',
  ],
  ['tools: { f }', () => chat({ prompt, tools: { f: {} } }), "Write tools: [{ name: 'f', description"],
  [
    'tools: [{ parameters }]',
    () => chat({ prompt, tools: [{ name: 'f', parameters: {} }] }),
    'Write inputSchema in place of parameters.',
  ],
  [
    "tools in OpenAI's format",
    () => chat({ prompt, tools: [{ type: 'function', function: {} }] }),
    "Write tools: [{ name: 'f'",
  ],
  [
    "role: 'developer'",
    () => chat({ messages: [{ role: 'developer', content: 'x' }] }),
    'Use the role system for instructions.',
  ],
  [
    'an image_url',
    () => chat({ messages: [{ role: 'user', content: [{ type: 'image_url' }] }] }),
    "An image is { type: 'image', image: url }",
  ],
  [
    "{ route: 'unknown' }",
    () => chat({ prompt }, { route: 'fast' }),
    "options.route: expected one of default, openai/m, got 'fast'",
  ],
  [
    "{ targets: ['unknown'] }",
    () => chat({ prompt }, { targets: ['fast'] }),
    "options.targets: expected one of default, openai/m, got 'fast'",
  ],
  [
    'a call with { timeout: 5000 }',
    () => chat({ prompt }, { timeout: 5000 }),
    'Write timeout: { request: 5000 }.',
  ],
  [
    'a call with { temperature }',
    () => chat({ prompt }, { temperature: 1 }),
    'It is a setting of the request, in the first argument.',
  ],
  [
    'run({ onPart })',
    () => (router.run as (request: unknown) => unknown)({ prompt, tools: {}, onPart: () => {} }),
    'Iterate over await router.runStream(request).',
  ],
  [
    'run({ tools: [tool] })',
    () => (router.run as (request: unknown) => unknown)({ prompt, tools: [{}] }),
    'run.tools: expected tools by name: { weather: tool({ inputSchema, execute }) }',
  ],
  [
    'run with a tool without execute',
    () => (router.run as (request: unknown) => unknown)({ prompt, tools: { f: { inputSchema: {} } } }),
    'run.tools.f.execute: expected a function',
  ],
  ['embed({ input })', () => embed({ input: 'x' }), 'Write values: [text].'],
  [
    "on('request-ended')",
    () => on('request-ended', () => {}),
    'expected the type of an event: request-start',
  ],
  ["on('request-end') without a listener", () => on('request-end'), 'on: expected a function'],
];

describe('the error of a typical mistake names the correct form', () => {
  it.each(mistakes)('%s', async (_, run, says) => {
    const error = await (async () => run())().catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(Error);
    expect(String((error as RequestError).message)).toContain(says);
    expect(['config', 'request']).toContain((error as RequestError).code);
  });
});
