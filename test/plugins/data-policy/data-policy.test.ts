import { createRouter, isRouterError, type Plugin } from 'signalbox';
import { type DataPolicyOptions, dataPolicy } from 'signalbox/data-policy';
import { type Script, scriptedProvider, virtualClock } from 'signalbox/testing';
import { describe, expect, it } from 'vitest';
import { rejection } from '../../support/requests.ts';

const ask = { prompt: 'Hi' };

/** A router over a target without tags and two with them. */
function policed(
  options: DataPolicyOptions,
  scripts: Readonly<Record<string, readonly Script[]>> = {},
  more = {},
) {
  const clock = virtualClock();
  const tags = { any: [], eu: ['eu'], strict: ['eu', 'zero-data-retention'] } as const;
  const providers = Object.fromEntries(
    Object.keys(tags).map((id) => [id, scriptedProvider(id, scripts[id] ?? [{}], clock)]),
  );
  const router = createRouter({
    targets: Object.entries(tags).map(([id, own]) => ({
      provider: providers[id] ?? scriptedProvider(id),
      model: 'm',
      id,
      price: { input: 1, output: 1 },
      tags: own,
    })),
    clock,
    random: () => 0,
    plugins: [dataPolicy(options)],
    ...more,
  });
  return { router, clock, calls: (id: string) => providers[id]?.calls.length };
}

describe('dataPolicy()', () => {
  it('keeps every request on targets with the required tags', async () => {
    const { router } = policed({ require: ['eu'] });
    expect((await router.chat(ask)).target).toBe('eu');
  });

  it('adds what a tenant, a route and a call require', async () => {
    const options = { tenants: { acme: ['eu'] }, routes: { private: ['zero-data-retention'] } };
    const { router } = policed(options, {}, { routes: { private: { targets: ['any', 'eu', 'strict'] } } });
    expect((await router.chat(ask)).target).toBe('any');
    expect((await router.chat(ask, { tenant: 'acme' })).target).toBe('eu');
    expect((await router.chat(ask, { tenant: 'constructor' })).target).toBe('any');
    expect((await router.chat(ask, { route: 'private' as never })).target).toBe('strict');
    expect((await router.chat(ask, { dataPolicy: ['zero-data-retention'] })).target).toBe('strict');
    expect((await router.chat(ask, { tenant: 'acme', dataPolicy: [] })).target).toBe('eu');
  });

  it('adds what router.with() and the call require', async () => {
    const { router } = policed({});
    const eu = router.with({ dataPolicy: ['eu'] });
    expect((await eu.chat(ask, { dataPolicy: ['zero-data-retention'] })).target).toBe('strict');
    expect((await eu.chat(ask, { dataPolicy: [] })).target).toBe('eu');
  });

  it('names what is missing where no target is left', async () => {
    const { router } = policed({ require: ['eu', 'hipaa'] });
    const error = await rejection(router.chat(ask));
    if (!isRouterError(error, 'no-target')) throw error;
    expect(error.decision.skipped).toMatchObject([
      { target: 'any', reason: 'excluded', plugin: 'data-policy', detail: 'it lacks eu, hipaa' },
      { target: 'eu', detail: 'it lacks hipaa' },
      { target: 'strict', detail: 'it lacks hipaa' },
    ]);
  });

  it('shows the same in explain()', async () => {
    const { router } = policed({ tenants: { acme: ['eu'] } });
    const { candidates } = await router.explain(ask, { tenant: 'acme' });
    expect(candidates.map(({ target }) => target)).toEqual(['eu', 'strict']);
  });

  it('holds for failover, streams and embeddings', async () => {
    const broken = { error: { kind: 'server', status: 500 } } as const;
    const { router, calls } = policed({ require: ['eu'] }, { eu: [broken], strict: [broken] });
    await rejection(router.chat(ask));
    await rejection(router.stream(ask));
    await rejection(router.embed({ values: ['a'] }));
    expect(calls('any')).toBe(0);
  });

  it('holds for a hedge', async () => {
    const more = { hedge: { delay: 10, ratio: 1 } };
    const { router, clock, calls } = policed({ require: ['eu'] }, { eu: [{ delay: 1_000 }] }, more);
    const asking = router.chat(ask);
    await clock.advance(100);
    expect((await asking).target).toBe('strict');
    expect(calls('any')).toBe(0);
  });

  it('holds for a mirror, also where the call requires it', async () => {
    const mirrored = { routes: { default: { targets: ['strict'] } }, mirror: { target: 'any', ratio: 1 } };
    const { router, clock, calls } = policed({ tenants: { acme: ['eu'] } }, {}, mirrored);
    await router.chat(ask, { tenant: 'acme' });
    await router.chat(ask, { dataPolicy: ['eu'] });
    await clock.advance(1_000);
    expect(calls('any')).toBe(0);
    await router.chat(ask);
    await clock.advance(1_000);
    expect(calls('any')).toBe(1);
  });

  it('holds for the requests that another plugin sends for a request, where it passes the identity on', async () => {
    const asks: Plugin = {
      name: 'asks',
      install: ({ router }) => {
        inner = router;
        return undefined;
      },
      async inspect({ tenant, tags }) {
        if (tags.includes('inner')) return undefined;
        const own = tenant === undefined ? {} : { tenant };
        const result = await inner?.chat(ask, { ...own, tags: ['inner'] });
        asked.push(result?.target);
        return undefined;
      },
    };
    let inner: ReturnType<typeof policed>['router'] | undefined;
    const asked: (string | undefined)[] = [];
    const policy = dataPolicy({ tenants: { acme: ['eu'] } });
    const { router } = policed({}, {}, { plugins: [policy, asks] });
    await router.chat(ask, { tenant: 'acme' });
    expect(asked).toEqual(['eu']);
  });

  it.each<[string, DataPolicyOptions]>([
    ['dataPolicy().require', { require: 'eu' as never }],
    ['dataPolicy().tenants.acme', { tenants: { acme: 'eu' as never } }],
    ['dataPolicy().requireFor', { requireFor: 5 as never }],
    ['dataPolicy().required', { required: [] } as never],
  ])('refuses a wrong %s', (option, options) => {
    try {
      dataPolicy(options);
      throw new Error('was not refused');
    } catch (error) {
      expect(isRouterError(error, 'config') && error.option).toBe(option);
    }
  });

  it('refuses a wrong option of a call', async () => {
    const { router } = policed({});
    const error = await rejection(router.chat(ask, { dataPolicy: 'eu' as never }));
    expect(isRouterError(error, 'request') && error.field).toBe('options.dataPolicy');
  });
});
