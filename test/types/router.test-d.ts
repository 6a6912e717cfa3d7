import {
  createRouter,
  isRouterError,
  type Price,
  type RouteOptions,
  type RouterOptions,
  rules,
  type Select,
  type TargetOptions,
} from 'signalbox';
import { byComplexity } from 'signalbox/complexity';
import { scriptedProvider } from 'signalbox/testing';
import { describe, expectTypeOf, it } from 'vitest';
import { z } from 'zod';

const router = createRouter({
  targets: [
    { provider: scriptedProvider('openai'), model: 'gpt-5-mini' },
    { provider: scriptedProvider('anthropic'), model: 'claude-haiku-4-5', id: 'haiku' },
  ],
  routes: { fast: { targets: ['haiku', 'openai/gpt-5-mini'] } },
});

describe('createRouter', () => {
  it('types route names and target ids', async () => {
    await router.chat({ prompt: '' }, { route: 'fast' });
    await router.chat({ prompt: '' }, { route: 'haiku', only: ['haiku'] });
    await router.chat({ prompt: '' }, { route: 'openai/gpt-5-mini' });
    // @ts-expect-error a typing error in the name of a route
    await router.chat({ prompt: '' }, { route: 'fsat' });
    // @ts-expect-error no such target
    await router.chat({ prompt: '' }, { only: ['hiaku'] });
  });

  it('rejects a route with an unknown target', () => {
    createRouter({
      targets: [{ provider: scriptedProvider('a'), model: 'm' }],
      // @ts-expect-error no such target
      routes: { fast: { targets: ['a/n'] } },
    });
  });

  it('accepts prices by service tier and region, as factors or rates', () => {
    const provider = scriptedProvider('a');
    const price = {
      input: 2,
      output: 8,
      serviceTiers: { flex: 0.5, batch: { input: 1, output: 4, tiers: [{ above: 200_000, input: 2 }] } },
      regions: { us: 1.1 },
    };
    createRouter({ targets: [{ provider, model: 'm', price }] });
    // @ts-expect-error a fee is not a rate
    const wrong: Price = { input: 1, serviceTiers: { flex: { request: 1 } } };
    createRouter({ targets: [{ provider, model: 'm', price: wrong }] });
  });

  it('accepts any name if targets are computed', async () => {
    const targets: TargetOptions[] = [];
    const loose = createRouter({ targets });
    expectTypeOf(loose.chat).parameter(1).toExtend<{ route?: string } | undefined>();
    const options: RouterOptions = { targets };
    createRouter(options);
  });

  it('types the names that `select` may return', () => {
    const targets = [{ provider: scriptedProvider('a'), model: 'm' }] as const;
    const routes = { fast: {}, careful: {} };
    createRouter({ targets, routes, select: ({ prompt }) => (prompt === '' ? 'fast' : 'careful') });
    createRouter({ targets, routes, select: async (_, { stream }) => (stream ? 'default' : 'a/m') });
    createRouter({ targets, routes, select: { by: () => 'fast', timeout: 10, otherwise: 'careful' } });
    // @ts-expect-error no such route
    createRouter({ targets, routes, select: () => 'fsat' });
    // @ts-expect-error no such route
    createRouter({ targets, routes, select: { by: () => 'fast', otherwise: 'fsat' } });
    createRouter({ targets, routes, select: byComplexity({ simple: 'fast', complex: 'careful' }) });
    // @ts-expect-error no such route
    createRouter({ targets, routes, select: byComplexity({ simple: 'fast', complex: 'carefull' }) });
    const when = () => true;
    createRouter({ targets, routes, select: rules([{ when, use: 'fast' }], 'careful') });
    createRouter({
      targets,
      routes,
      select: rules([{ when: ({ tools }) => tools !== undefined, use: 'fast' }], 'default'),
    });
    // @ts-expect-error no such route
    createRouter({ targets, routes, select: rules([{ when, use: 'fsat' }], 'default') });
    const loose: TargetOptions[] = [];
    const names: Readonly<Record<string, RouteOptions>> = {};
    const select: Select = (_, { metadata }) => String(metadata['route']);
    createRouter({ targets: loose, routes: names, select });
  });

  it('rejects unknown options', () => {
    // @ts-expect-error not an option
    createRouter({ targets: [], tiemout: {} });
  });
});

describe('result.object', () => {
  it('has the type of the schema', async () => {
    const { object } = await router.chat({ prompt: '', schema: z.object({ city: z.string() }) });
    expectTypeOf(object).toEqualTypeOf<{ city: string }>();
    const stream = await router.stream({ prompt: '', schema: z.object({ n: z.string().transform(Number) }) });
    expectTypeOf((await stream.result).object).toEqualTypeOf<{ n: number }>();
  });

  it('is unknown for a JSON Schema and without a schema', async () => {
    expectTypeOf((await router.chat({ prompt: '', schema: { type: 'object' } })).object).toBeUnknown();
    expectTypeOf((await router.chat({ prompt: '' })).object).toBeUnknown();
  });
});

describe('isRouterError', () => {
  it('narrows to the error of a code', () => {
    const error: unknown = undefined;
    if (isRouterError(error, 'no-target')) expectTypeOf(error.retryAt).toEqualTypeOf<number | undefined>();
    if (isRouterError(error, 'provider')) expectTypeOf(error.kind).toExtend<string>();
  });
});

describe('events', () => {
  it('are typed by name', () => {
    router.on('usage', (event) => expectTypeOf(event.billed).toEqualTypeOf<'yes' | 'unknown'>());
    // @ts-expect-error no such event
    router.on('usgae', () => {});
  });
});
