import { readFileSync } from 'node:fs';
import { createRouter, type Plugin } from 'signalbox';
import { type PrometheusOptions, prometheus } from 'signalbox/prometheus';
import { type Script, scriptedProvider, virtualClock } from 'signalbox/testing';

/** Two targets, one of them behind whatever it is given, and its metrics. */
export function scraped(
  options: PrometheusOptions = {},
  first: readonly Script[] = [{}],
  plugins: readonly Plugin[] = [],
) {
  const clock = virtualClock();
  const metrics = prometheus(options);
  const all: readonly Plugin[] = [...plugins, metrics];
  const router = createRouter({
    targets: ['a', 'b'].map((id) => ({
      id,
      provider: scriptedProvider(
        id,
        id === 'a' ? first : [{ usage: { inputTokens: 1_000, outputTokens: 500 } }],
        clock,
      ),
      model: 'm',
      price: { input: 1, output: 4 },
    })),
    clock,
    plugins: all,
  });
  return { router, clock, metrics };
}

/** The queries of the dashboard, with its variables as Grafana puts them in. */
export function dashboardQueries(): readonly string[] {
  const { panels } = JSON.parse(readFileSync('docs/grafana/signalbox.json', 'utf8')) as {
    readonly panels: readonly { readonly targets: readonly { readonly expr: string }[] }[];
  };
  return panels
    .flatMap(({ targets }) => targets.map(({ expr }) => expr))
    .map((expr) => expr.replaceAll(/\$__(range|rate_interval)/g, '5m').replaceAll(/\$(route|target)/g, '.*'));
}
