import * as renamed from '@prometheus-io/client';
import * as original from 'prom-client';
import { ConfigError, createRouter, type Plugin } from 'signalbox';
import { prometheus } from 'signalbox/prometheus';
import { scriptedProvider, virtualClock } from 'signalbox/testing';
import { describe, expect, it } from 'vitest';
import { read } from '../../support/requests.ts';
import { dashboardQueries, scraped } from './support.ts';

const down = { error: { kind: 'server', status: 500 } } as const;

describe('prometheus()', () => {
  it('counts requests, attempts, failovers, tokens and cost', async () => {
    const { router, metrics } = scraped({}, [down]);
    await router.chat({ prompt: 'q' }, { tenant: 'acme' });
    const lines = metrics.text().split('\n');
    expect(lines).toContain('signalbox_requests_total{route="default",operation="chat",outcome="success"} 1');
    expect(lines).toContain('signalbox_attempts_total{target="a",outcome="failed",error="server"} 1');
    expect(lines).toContain('signalbox_attempts_total{target="b",outcome="success",error=""} 1');
    expect(lines).toContain('signalbox_failovers_total{route="default"} 1');
    expect(lines).toContain('signalbox_tokens_total{target="b",kind="input"} 1000');
    expect(lines).toContain('signalbox_cost_usd_total{target="b",kind="answer"} 0.003');
    expect(lines).toContain('signalbox_target_state{target="b",state="healthy"} 1');
    expect(lines).toContain('signalbox_in_flight{target="b"} 0');
  });

  it('exposes histograms with cumulative buckets', async () => {
    const { router, clock, metrics } = scraped({}, [{ delay: 300 }]);
    const answer = router.stream({ prompt: 'q' }).then((stream) => read(stream));
    await clock.advance(400);
    await answer;
    const lines = metrics.text().split('\n');
    expect(lines).toContain('signalbox_first_token_seconds_bucket{target="a",le="0.16"} 0');
    expect(lines).toContain('signalbox_first_token_seconds_bucket{target="a",le="0.32"} 1');
    expect(lines).toContain('signalbox_first_token_seconds_bucket{target="a",le="+Inf"} 1');
    expect(lines).toContain('signalbox_first_token_seconds_sum{target="a"} 0.3');
    expect(lines).toContain('signalbox_first_token_seconds_count{target="a"} 1');
  });

  it('labels tenants only with `tenant: true`, with at most `maxTenants` values', async () => {
    const { router, metrics } = scraped({ tenant: true, maxTenants: 1 });
    await router.chat({ prompt: 'q' }, { tenant: 'acme "inc"\n\\' });
    await router.chat({ prompt: 'q' }, { tenant: 'second' });
    await router.chat({ prompt: 'q' }, { tenant: 'third' });
    const tenants = [...metrics.text().matchAll(/^signalbox_requests_total.*tenant="(.*)"\} (\d)$/gm)];
    expect(tenants.map(([, tenant, count]) => [tenant, count])).toEqual([
      ['acme \\"inc\\"\\n\\\\', '1'],
      ['other', '2'],
    ]);
    const plain = scraped();
    await plain.router.chat({ prompt: 'q' }, { tenant: 'acme', user: 'ann', session: 's' });
    expect(plain.metrics.text()).not.toMatch(/acme|ann/);
  });

  it('labels at most `maxTargets` targets: declared ones first, then models that calls name', async () => {
    const metrics = prometheus({ maxTargets: 3 });
    const clock = virtualClock();
    const provider = scriptedProvider('house', [{ usage: { inputTokens: 10, outputTokens: 5 } }], clock);
    const router = createRouter({
      providers: [provider],
      targets: [{ id: 'own', provider, model: 'm', price: { input: 1, output: 4 } }],
      clock,
      plugins: [metrics],
    });
    for (const model of ['one', 'two', 'three', 'four', 'three'])
      await router.chat({ prompt: 'q' }, { model: `house/${model}` });
    await router.chat({ prompt: 'q' });
    const text = metrics.text();
    const counts = [...text.matchAll(/^signalbox_attempts_total\{target="(.*?)",.*\} (\d)$/gm)];
    expect(counts.map(([, target, count]) => [target, count])).toEqual([
      ['house/one', '1'],
      ['house/two', '1'],
      ['other', '3'],
      ['own', '1'],
    ]);
    const routes = new Set([...text.matchAll(/route="(.*?)"/g)].map(([, route]) => route));
    expect(routes.size).toBeLessThanOrEqual(4);
    // Prometheus refuses a text that has a series twice.
    const series = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
    expect(new Set(series.map((line) => line.slice(0, line.lastIndexOf(' ')))).size).toBe(series.length);
  });

  it('shows how much of a limit the subject with the highest use has used', async () => {
    const budgets: Plugin = {
      name: 'limits',
      install: () => undefined,
      methods: {
        budgets: () => [
          { limit: 'usd per day by tenant', amount: 10, used: 2 },
          { limit: 'usd per day by tenant', amount: 10, used: 7 },
        ],
      },
    };
    const { metrics } = scraped({}, [{}], [budgets]);
    expect(metrics.text()).toContain('signalbox_budget_used_ratio{limit="usd per day by tenant"} 0.7');
  });

  it.each([
    ['prom-client', original],
    ['@prometheus-io/client', renamed],
  ])('adds its metrics to a registry of %s', async (_, { Registry, Counter }) => {
    const registry = new Registry();
    new Counter({ name: 'own_total', help: 'h', registers: [registry as never] }).inc();
    const { router, metrics } = scraped();
    metrics.register(registry);
    await router.chat({ prompt: 'q' });
    const text = await registry.metrics();
    expect(text).toContain('own_total 1');
    expect(text).toMatch(
      /# TYPE signalbox_requests_total counter\nsignalbox_requests_total\{.*outcome="success".*\} 1/,
    );
    expect(text).toMatch(/signalbox_request_duration_seconds_bucket\{.*le="\+Inf".*\} 1/);
  });

  it('answers a scrape', async () => {
    const { metrics } = scraped();
    const response = metrics.handler(new Request('http://localhost/metrics'));
    expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
    expect(await response.text()).toBe(metrics.text());
    expect(metrics.handler(new Request('http://localhost/metrics', { method: 'POST' })).status).toBe(405);
  });

  it('exposes each metric and label that the dashboard uses', async () => {
    const { router, metrics } = scraped({}, [down]);
    await router.chat({ prompt: 'q' });
    await read(await router.stream({ prompt: 'q' }, { route: 'b' }));
    const text = metrics.text();
    const known = new Set([...text.matchAll(/^# TYPE (\S+)/gm)].map(([, name]) => name));
    for (const query of dashboardQueries()) {
      const names = [...query.matchAll(/signalbox_\w+/g)].map(([name]) => name.replace(/_bucket$/, ''));
      expect(names.length, query).toBeGreaterThan(0);
      for (const name of names) expect(known, query).toContain(name);
    }
    for (const [, name, matchers = ''] of dashboardQueries().flatMap((query) => [
      ...query.matchAll(/(signalbox_\w+)\{([^}]*)\}/g),
    ])) {
      const line = text.split('\n').find((each) => each.startsWith(`${name}{`));
      for (const [, label] of matchers.matchAll(/(\w+)[=!]/g))
        if (line !== undefined) expect(line, name).toContain(`${label}="`);
    }
  });

  it.each([
    [{ tenants: true }, 'tenants'],
    [{ tenant: 'yes' }, 'prometheus.tenant'],
    [{ maxTenants: 0 }, 'prometheus.maxTenants'],
    [{ maxTargets: 1.5 }, 'prometheus.maxTargets'],
  ])('rejects %j', (options, option) => {
    expect(() => prometheus(options as never)).toThrow(ConfigError);
    expect(() => prometheus(options as never)).toThrow(option);
  });
});
