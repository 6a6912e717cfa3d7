import { createRouter, isRouterError, type RouterOptions } from 'signalbox';
import { scriptedProvider } from 'signalbox/testing';
import { describe, expect, it } from 'vitest';
import { rejection, world } from '../support/requests.ts';

const target = { provider: scriptedProvider('p'), model: 'm' };

/** Options as an untyped program would give them. */
function refused(options: Record<string, unknown>): { option: string; message: string } {
  try {
    createRouter({ targets: [target], ...options } as RouterOptions);
  } catch (error) {
    if (isRouterError(error, 'config')) return error;
    throw error;
  }
  throw new Error('was not refused');
}

describe('createRouter names the option that is wrong, what it wants and what it got', () => {
  it.each<[string, Record<string, unknown>, string]>([
    ['plugins', { plugins: {} }, 'a list of plugins, got an object'],
    ['plugins[0]', { plugins: ['cache'] }, "a plugin: an object, got 'cache'"],
    ['plugins[0].name', { plugins: [{ observe() {} }] }, 'a name, got undefined'],
    ['plugins[0]', { plugins: [{ name: 'a', obsreve() {} }] }, 'one of the methods install, warmup, inspect'],
    ['plugins[0].lookup', { plugins: [{ name: 'a', lookup: true }] }, 'a function, got true'],
    ['plugins[0].timeout', { plugins: [{ name: 'a', observe() {}, timeout: 0 }] }, 'a positive number'],
    [
      'plugins[1].name',
      {
        plugins: [
          { name: 'a', observe() {} },
          { name: 'a', observe() {} },
        ],
      },
      'a unique name',
    ],
    ['store', { store: new Map() }, 'a store, such as memory(): an object with the method publish'],
    ['targets', { targets: [] }, 'a list of at least one target, got a list of 0'],
    ['targets', { targets: undefined }, 'got undefined'],
    ['tragets', { tragets: [] }, 'got an unknown option'],
    ['targets[0]', { targets: [null] }, 'an object, got null'],
    ['targets[0].provider', { targets: [{ model: 'm' }] }, 'a provider, such as openai(), got undefined'],
    ['targets[0].model', { targets: [{ ...target, model: '' }] }, "a model's name, got ''"],
    ['targets[0].modle', { targets: [{ ...target, modle: 'm' }] }, 'an unknown option'],
    ['targets[0].id', { targets: [{ ...target, id: 7 }] }, 'a name, got 7'],
    ['targets[1].id', { targets: [target, target] }, 'a unique id'],
    ['targets[0].weight', { targets: [{ ...target, weight: -1 }] }, 'a number of at least 0, got -1'],
    [
      'targets[0].concurrency',
      { targets: [{ ...target, concurrency: 0.5 }] },
      'a whole number of at least 1, got 0.5',
    ],
    [
      'targets[0].baseline.firstToken',
      { targets: [{ ...target, baseline: { firstToken: 0 } }] },
      'at least 1, got 0',
    ],
    ['targets[0].baseline.ttft', { targets: [{ ...target, baseline: { ttft: 400 } }] }, 'an unknown option'],
    ['targets[0].tags', { targets: [{ ...target, tags: 'eu' }] }, "a list of strings, got 'eu'"],
    [
      'targets[0].price.output',
      { targets: [{ ...target, price: { input: 1, output: -1 } }] },
      'US$ per million tokens',
    ],
    [
      'targets[0].price.webSearch',
      { targets: [{ ...target, price: { input: 1, webSearch: 'x' } }] },
      'a number',
    ],
    ['targets[0].price.image', { targets: [{ ...target, price: { input: 1, image: -1 } }] }, 'a number'],
    [
      'targets[0].price.outputImage',
      { targets: [{ ...target, price: { input: 1, outputImage: '30' } }] },
      'US$ per million tokens',
    ],
    [
      'targets[0].capabilities.imageGeneration',
      { targets: [{ ...target, capabilities: { imageGeneration: 'mask' } }] },
      "one of true, false, 'prompt', 'images'",
    ],
    [
      'targets[0].capabilities.tools',
      { targets: [{ ...target, capabilities: { tools: 'yes' } }] },
      'true or false',
    ],
    [
      'targets[0].capabilities.files',
      { targets: [{ ...target, capabilities: { files: ['pdf'] } }] },
      'media types',
    ],
    [
      'targets[0].capabilities.contextLength',
      { targets: [{ ...target, capabilities: { contextLength: 0 } }] },
      'a whole number',
    ],
    [
      'targets[0].capabilities.vision',
      { targets: [{ ...target, capabilities: { vision: true } }] },
      'one of the options',
    ],
    [
      'targets[0].price.cacheRead',
      { targets: [{ ...target, price: { input: 1, output: 1, cacheRead: '1' } }] },
      "got '1'",
    ],
    [
      'targets[0].price.fileSearch',
      { targets: [{ ...target, price: { input: 1, fileSearch: null } }] },
      'got null',
    ],
    [
      'targets[0].price.freeSearches',
      { targets: [{ ...target, price: { input: 1, freeSearches: 1_500 } }] },
      'true or false, got 1500',
    ],
    [
      'targets[0].price.serviceTiers',
      { targets: [{ ...target, price: { input: 1, serviceTiers: ['flex'] } }] },
      'an object, got a list of 1',
    ],
    [
      'targets[0].price.serviceTiers.flex',
      { targets: [{ ...target, price: { input: 1, serviceTiers: { flex: '50%' } } }] },
      "a factor of at least 0, or rates, got '50%'",
    ],
    [
      'targets[0].price.serviceTiers.batch.output',
      { targets: [{ ...target, price: { input: 1, serviceTiers: { batch: { input: 1, output: -1 } } } }] },
      'got -1',
    ],
    [
      'targets[0].price.serviceTiers.batch.request',
      { targets: [{ ...target, price: { input: 1, serviceTiers: { batch: { input: 1, request: 1 } } } }] },
      'one of the options',
    ],
    [
      'targets[0].price.serviceTiers.default',
      { targets: [{ ...target, price: { input: 1, serviceTiers: { default: 1 } } }] },
      'a tier other than the standard one',
    ],
    [
      'targets[0].price.serviceTiers.Flex',
      { targets: [{ ...target, price: { input: 1, serviceTiers: { Flex: 0.5 } } }] },
      'a name in lower case',
    ],
    [
      'targets[0].price.regions.us',
      { targets: [{ ...target, price: { input: 1, regions: { us: Number.NaN } } }] },
      'a factor of at least 0, got NaN',
    ],
    [
      'targets[0].price.tiers[0].above',
      { targets: [{ ...target, price: { input: 1, output: 1, tiers: [{ input: 1, output: 1 }] } }] },
      'a number of input tokens',
    ],
    [
      'strategy',
      { strategy: 'priority' },
      "a strategy, such as priority(): an object with a name and a rank function, got 'priority'",
    ],
    ['timeout.request', { timeout: { request: 0 } }, 'a positive number of milliseconds, or Infinity, got 0'],
    [
      'timeout.total',
      { timeout: { total: 1 } },
      'one of the options request, attempt, connect, response, firstToken, idle',
    ],
    ['maxAttempts', { maxAttempts: 0 }, 'a whole number of at least 1, got 0'],
    ['queue.size', { queue: { size: -1 } }, 'a whole number of at least 0, got -1'],
    ['queue.length', { queue: { length: 4 } }, 'one of the options size, maxWait, got an unknown option'],
    ['retry.sameTarget', { retry: { sameTarget: 5 } }, '0 or 1, got 5'],
    ['retry.prefer', { retry: { prefer: 'same' } }, "one of another-target, same-target, got 'same'"],
    ['breaker.consecutive', { breaker: { consecutive: 1.5 } }, 'got 1.5'],
    [
      'interrupted',
      { interrupted: 'carry-on' },
      "one of error, restart, continue, continue-or-restart, got 'carry-on'",
    ],
    ['fallbackOn[0]', { fallbackOn: ['500'] }, "got '500'"],
    ['routes', { routes: [] }, 'an object of routes by name, got a list of 0'],
    ['routes["p/m"]', { routes: { 'p/m': {} } }, 'a name that is not the id of a target'],
    ['routes.fast.targets[0]', { routes: { fast: { targets: ['p/n'] } } }, "one of p/m, got 'p/n'"],
    ['routes.fast.targets', { routes: { fast: { targets: [] } } }, 'a list of at least one target id'],
    ['routes.fast.timeout.idle', { routes: { fast: { timeout: { idle: 'long' } } } }, "got 'long'"],
    ['select', { select: 'default' }, "a function, or an object with one as `by`, got 'default'"],
    ['select.by', { select: { timeout: 1 } }, 'a function, got undefined'],
    ['select.timeout', { select: { by: () => '', timeout: 0 } }, 'a positive number of milliseconds'],
    ['select.otherwise', { select: { by: () => '', otherwise: 'x' } }, "one of default, p/m, got 'x'"],
    ['select.fallback', { select: { by: () => '', fallback: 'x' } }, 'an unknown option'],
    ['mirror', { mirror: true }, 'an object, got true'],
    ['mirror.target', { mirror: { ratio: 1 } }, 'one of p/m, got undefined'],
    ['mirror.ratio', { mirror: { target: 'p/m', ratio: 2 } }, 'a number from 0 to 1, got 2'],
    ['mirror.maxInFlight', { mirror: { target: 'p/m', ratio: 1, maxInFlight: 0 } }, 'at least 1, got 0'],
    ['routes.fast.mirror.target', { routes: { fast: { mirror: { target: 'x', ratio: 1 } } } }, "got 'x'"],
    ['catalog', { catalog: true }, '`false`, or an object with a `price` function, got true'],
    ['clock', { clock: {} }, 'an object with the functions now, date and after'],
    ['random', { random: 4 }, 'a function, got 4'],
  ])('%s', (option, options, text) => {
    const error = refused(options);
    expect(error.option).toBe(option);
    expect(error.message).toContain(text);
  });
});

describe('a call names the field or option that is wrong, and sends nothing', () => {
  it.each<[string, Record<string, unknown>, Record<string, unknown>]>([
    ['prompt', {}, {}],
    ['prompt', { prompt: 'a', messages: [{ role: 'user', content: 'a' }] }, {}],
    ['propmt', { propmt: 'a' }, {}],
    ['system', { prompt: 'a', system: 1 }, {}],
    ['messages', { messages: [] }, {}],
    ['messages[0].role', { messages: [{ role: 'developer', content: '' }] }, {}],
    ['messages[0].content', { messages: [{ role: 'user', content: 4 }] }, {}],
    ['messages[0].content', { messages: [{ role: 'tool', content: 'x' }] }, {}],
    ['messages[0].content[0].type', { messages: [{ role: 'user', content: [{ type: 'audio' }] }] }, {}],
    ['temperature', { prompt: 'a', temperature: 'hot' }, {}],
    ['maxOutputTokens', { prompt: 'a', maxOutputTokens: 0 }, {}],
    ['reasoning', { prompt: 'a', reasoning: 'much' }, {}],
    ['tools[0].name', { prompt: 'a', tools: [{}] }, {}],
    ['tools[0].inputSchema', { prompt: 'a', tools: [{ name: 'x' }] }, {}],
    ['toolChoice', { prompt: 'a', toolChoice: 'any' }, {}],
    ['toolChoice.toolName', { prompt: 'a', toolChoice: { type: 'tool', toolName: 'x' } }, {}],
    [
      'schema',
      { prompt: 'a', schema: { '~standard': { version: 1, vendor: 'old', validate: () => ({ value: 1 }) } } },
      {},
    ],
    ['options.route', { prompt: 'a' }, { route: 'nowhere' }],
    ['options.rotue', { prompt: 'a' }, { rotue: 'a' }],
    ['options.only', { prompt: 'a' }, { only: ['z'] }],
    ['options.signal', { prompt: 'a' }, { signal: {} }],
    ['options.maxCost', { prompt: 'a' }, { maxCost: -1 }],
    ['options.timeout.idle', { prompt: 'a' }, { timeout: { idle: -1 } }],
    ['options.interrupted', { prompt: 'a' }, { interrupted: 'no' }],
  ])('%s', async (field, request, options) => {
    const { router, providers, events } = world({ a: [{}] });
    const chat: (request: object, options: object) => Promise<unknown> = router.chat;
    expect(await rejection(chat(request, options))).toMatchObject({ code: 'request', field });
    expect(providers['a']?.calls).toHaveLength(0);
    expect(events).toEqual([]);
  });
});
