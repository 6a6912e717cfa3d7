import { canary, createRouter, priority, rules, sticky, weighted } from 'signalbox';
import { openai } from 'signalbox/openai';
import { describe, it } from 'vitest';

const provider = openai({ apiKey: 'k' });
const targets = [
  { provider, model: 'gpt-5-mini' },
  { provider, model: 'gpt-5', id: 'big' },
] as const;
const router = createRouter({ targets, routes: { fast: { targets: ['big'] } } });
const request = { prompt: 'Hi' };

describe('code that compiles', () => {
  it('uses existing names and `default`', () => {
    router.chat(request, { route: 'default' });
    router.chat(request, { route: 'fast' });
    router.chat(request, { route: 'big', only: ['openai/gpt-5-mini'] });
    router.chat(request, { targets: ['big', 'openai/gpt-5-mini'] });
    createRouter({ targets, strategy: weighted({ big: 1 }) });
    createRouter({ targets, strategy: weighted() });
    createRouter({ targets, strategy: sticky({ strategy: priority() }) });
    createRouter({ targets, strategy: canary({ target: 'big', ratio: 0.1 }) });
    createRouter({ targets, strategy: rules([{ when: () => true, use: 'big' }]) });
    createRouter({ targets, mirror: { target: 'big', ratio: 0.1 } });
    createRouter({ targets, fallbackOn: ['bad-request', '!rate-limit'] });
    createRouter({ targets, fallbackOn: ({ kind }) => kind === 'content-filter' });
    createRouter({
      targets: [{ ...targets[0], settings: { temperature: undefined }, pricedAs: 'openai/gpt-5' }],
    });
  });
});

describe('code that does not compile', () => {
  it('uses unknown names', () => {
    // @ts-expect-error no such route
    router.chat(request, { route: 'fats' });
    // @ts-expect-error no such target
    router.chat(request, { only: ['gpt-5-mini'] });
    // @ts-expect-error no such target
    router.chat(request, { targets: ['small'] });
    // @ts-expect-error no such target
    createRouter({ targets, strategy: weighted({ small: 1 }) });
    // @ts-expect-error no such target
    createRouter({ targets, strategy: canary({ target: 'small', ratio: 0.1 }) });
    // @ts-expect-error no such target
    createRouter({ targets, strategy: rules([{ when: () => true, use: 'small' }]) });
    // @ts-expect-error no such target
    createRouter({ targets, mirror: { target: 'small', ratio: 0.1 } });
    // @ts-expect-error no such target
    createRouter({ targets, routes: { a: { targets: ['small'] } } });
  });

  it('uses unknown options', () => {
    // @ts-expect-error it is timeout: { request: 5000 }
    createRouter({ targets, timeout: 5000 });
    // @ts-expect-error no options
    createRouter();
    // @ts-expect-error it is apiKey
    openai({ apikey: 'k' });
    // @ts-expect-error it is baseURL
    openai({ baseUrl: 'http://a.example' });
    // @ts-expect-error a target has no option temperature
    createRouter({ targets: [{ provider, model: 'm', temperature: 1 }] });
    // @ts-expect-error it is a setting of the request
    router.chat(request, { temperature: 1 });
    // @ts-expect-error it is maxOutputTokens
    router.chat({ prompt: 'Hi', maxTokens: 9 });
    // @ts-expect-error a request is an object
    router.chat('Why?');
    // @ts-expect-error tools are a list
    router.chat({ prompt: 'Hi', tools: { f: { inputSchema: {} } } });
    // @ts-expect-error it is request-end
    router.on('request-ended', () => {});
    // @ts-expect-error no such kind
    createRouter({ targets, fallbackOn: ['429'] });
    // @ts-expect-error no such setting
    createRouter({ targets: [{ provider, model: 'm', settings: { maxTokens: 1 } }] });
  });
});
