import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import { type AnyResult, type Clock, createRouter, type Plugin, type RequestEndEvent } from 'signalbox';
import { jsonl, ledger, sqlite } from 'signalbox/ledger';
import { openaiCompatible } from 'signalbox/openai-compatible';
import { otel } from 'signalbox/otel';
import { prometheus } from 'signalbox/prometheus';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { systemClock } from '../../src/util/time/clock.ts';
import { billingVendor, price } from './billing-vendor.ts';

const requests = 2_000;
const tenants = ['acme', 'globex', 'initech'];
/** Of a hundred requests. */
const mix = [
  ...Array<string>(12).fill('fail'),
  ...Array<string>(8).fill('cut'),
  ...Array<string>(6).fill('abort'),
  ...Array<string>(4).fill('reject'),
  ...Array<string>(5).fill('silent'),
  ...Array<string>(15).fill('cached'),
  ...Array<string>(50).fill('answer'),
];

/** Answers `tenant/cached` with what was answered before. */
function cache(): Plugin {
  const stored = new Map<string, AnyResult>();
  return {
    name: 'cache',
    lookup({ request, tenant = '' }) {
      const isCached = 'messages' in request && JSON.stringify(request.messages).includes('/cached/');
      const answer = isCached ? stored.get(tenant) : undefined;
      return answer && { answer, source: 'hit', savedCost: answer.cost?.total ?? 0 };
    },
    observe: ({ request, tenant = '', operation, shadow }) => ({
      end({ result }) {
        const isCached = 'messages' in request && JSON.stringify(request.messages).includes('/cached/');
        if (isCached && operation === 'chat' && !shadow && result !== undefined) stored.set(tenant, result);
      },
    }),
  };
}

/** Billionths of a US$, by `tenant model` or `tenant model number`. */
type Sums = Readonly<Record<string, number>>;

function sumUp(entries: Iterable<readonly [string, number]>): Sums {
  const sums = new Map<string, number>();
  for (const [key, usd] of entries) sums.set(key, (sums.get(key) ?? 0) + usd);
  return Object.fromEntries(
    [...sums].map(([key, usd]) => [key, Math.round(usd * 1e9)] as const).filter(([, nanos]) => nanos > 0),
  );
}

/** The runtime's clock, which counts what is about to start: copies of requests start by a timer of 0 ms. */
function countingClock() {
  let starting = 0;
  const clock: Clock = {
    ...systemClock,
    after(ms, run) {
      if (ms > 0) return systemClock.after(ms, run);
      starting += 1;
      const cancel = systemClock.after(ms, () => {
        starting -= 1;
        run();
      });
      return () => {
        starting -= 1;
        cancel();
      };
    },
  };
  return { clock, starting: () => starting };
}

async function run(folder: string, atOnce: number) {
  const vendor = await billingVendor();
  const spans = new InMemorySpanExporter();
  const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 });
  const meters = new MeterProvider({ readers: [reader] });
  const tracers = new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter: spans })] });
  const usage = ledger(sqlite(join(folder, 'usage.db')), { batch: 50 });
  const lines = ledger(jsonl(join(folder, 'usage.jsonl')));
  const scraped = prometheus({ tenant: true });
  const house = openaiCompatible({ name: 'house', baseURL: vendor.baseURL, apiKey: 'key' });
  // A hedge goes to another endpoint.
  const silent = openaiCompatible({ name: 'silent', baseURL: `${vendor.baseURL}/silent`, apiKey: 'key' });
  const models = ['m0', 'm1', 'm2', 'silent'];
  const { clock, starting } = countingClock();
  const router = createRouter({
    clock,
    targets: models.map((model) => ({
      id: model,
      provider: model === 'silent' ? silent : house,
      model,
      price,
    })),
    routes: {
      usual: {
        targets: ['m0', 'm1'],
        mirror: { target: 'm2', ratio: 1, maxInFlight: 1_000 },
        breaker: false,
      },
      hedged: { targets: ['silent', 'm2'], hedge: { delay: 15, ratio: 1 }, breaker: false },
    },
    interrupted: 'restart',
    // With two requests at a time, no attempt is given up because of a slow machine.
    ...(atOnce === 2
      ? {
          timeout: {
            response: 600_000,
            firstToken: 600_000,
            idle: 600_000,
            attempt: 600_000,
            connect: 600_000,
          },
        }
      : {}),
    accept: ({ text }) => text !== 'REJECTED',
    plugins: [
      cache(),
      { ...lines, name: 'lines' },
      usage,
      scraped,
      otel({ tracer: tracers.getTracer('test'), meter: meters.getMeter('test'), tenant: true }),
    ],
  });
  const ends: RequestEndEvent[] = [];
  let starts = 0;
  router.on('request-start', () => {
    starts += 1;
  });
  router.on('request-end', (event) => ends.push(event));

  const ask = async (number: number): Promise<void> => {
    const behavior = mix[(number * 37) % 100] ?? 'answer';
    const tenant = tenants[number % 3] ?? '';
    const caller = new AbortController();
    const route = behavior === 'silent' ? 'hedged' : 'usual';
    const options = { tenant, route, signal: caller.signal, metadata: { number } } as const;
    const prompt = `${tenant}/${behavior}/${number}`;
    if (behavior !== 'abort' && behavior !== 'cut' && number % 2 === 0) {
      await router.chat({ prompt }, options);
      return;
    }
    for await (const part of await router.stream({ prompt }, options))
      if (behavior === 'abort' && part.type === 'text-delta') caller.abort();
  };
  const lanes = Array.from({ length: atOnce }, async (_, lane) => {
    for (let number = lane; number < requests; number += atOnce) await ask(number).catch(() => {});
  });
  await Promise.all(lanes);
  // Copies start and end after their requests.
  await vi.waitFor(
    () => {
      if (vendor.open > 0 || starting() > 0 || ends.length < starts) throw new Error('under way');
    },
    { timeout: 20_000 },
  );
  await Promise.all([usage.flush(), lines.flush(), reader.forceFlush()]);
  const byTenantAndModel = { by: ['tenant', 'model'] } as const;
  const found = {
    vendor,
    ends,
    spans: spans.getFinishedSpans(),
    metrics: exporter.getMetrics().slice(-1),
    text: scraped.text(),
    groups: await usage.query(byTenantAndModel),
    lineGroups: await lines.query(byTenantAndModel),
    all: (await usage.query())[0],
    verified: await usage.verify(),
  };
  await router.close();
  await Promise.all([vendor.close(), tracers.shutdown(), meters.shutdown()]);
  return found;
}

/** What the vendor bills and the events say, by request and target. */
function compare({ ends, vendor }: Awaited<ReturnType<typeof run>>) {
  const attempts = ends.flatMap(({ tenant, metadata, attempts }) =>
    attempts.map((attempt) => ({ ...attempt, item: `${tenant} ${attempt.target} ${metadata['number']}` })),
  );
  const counted = sumUp(attempts.map(({ item, cost }) => [item, cost?.total ?? 0]));
  const billed = Object.fromEntries([...vendor.bill].filter(([, nanos]) => nanos > 0));
  const estimated = attempts.filter(({ billed, cost }) => billed === 'unknown' && cost?.estimated === true);
  const differing = [...new Set([...Object.keys(counted), ...Object.keys(billed)])].filter(
    (item) => counted[item] !== billed[item],
  );
  return { counted, billed, differing, estimated: new Set(estimated.map(({ item }) => item)) };
}

/**
 * With two requests at a time no target is suspected of silence. With forty some are, and others are asked beside them: what an attempt that is
 * left cost is known only if the vendor's count arrives before, otherwise it is an estimate, and marked as one.
 */
describe.each([2, 40])(
  'a run of 2,000 requests, %i at a time, with failovers, hedges, mirrors, aborts, cut streams and cached answers',
  (atOnce) => {
    let folder: string;
    let found: Awaited<ReturnType<typeof run>>;
    let counted: Sums;
    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'signalbox-sums-'));
      found = await run(folder, atOnce);
      counted = sumUp(
        found.ends.flatMap(({ tenant, attempts }) =>
          attempts.map(({ target, cost }) => [`${tenant} ${target}`, cost?.total ?? 0] as const),
        ),
      );
    });
    afterAll(() => rm(folder, { recursive: true, force: true }));

    it('has all of them', () => {
      expect(Object.keys(counted)).toHaveLength(12);
      expect(found.all).toMatchObject({ requests, unpriced: 0 });
      for (const name of ['failovers', 'cached', 'hedges', 'mirrors', 'aborted', 'failedAttempts'] as const)
        expect(found.all?.[name], name).toBeGreaterThan(50);
      for (const name of ['answer', 'failed', 'hedged', 'aborted', 'mirrored', 'saved'] as const)
        expect(found.all?.cost[name], name).toBeGreaterThan(0);
    });

    it.runIf(atOnce === 2)('is the bill of the vendor, of each request and in all, to the billionth', () => {
      const { counted: byRequest, billed } = compare(found);
      expect(byRequest).toEqual(billed);
      const bill = new Map<string, number>();
      for (const [item, nanos] of Object.entries(billed)) {
        const [tenant, model] = item.split(' ');
        bill.set(`${tenant} ${model}`, (bill.get(`${tenant} ${model}`) ?? 0) + nanos);
      }
      expect(Object.fromEntries(bill)).toEqual(counted);
    });

    it('is on the bill of the vendor as it is counted, but for what is marked as an estimate of a left attempt', () => {
      const { counted: byRequest, billed, differing, estimated } = compare(found);
      expect(Object.keys(billed).filter((item) => byRequest[item] === undefined)).toEqual([]);
      expect(differing.filter((item) => !estimated.has(item))).toEqual([]);
    });

    it('is the same in both ledgers', () => {
      const sums = (groups: typeof found.groups): Sums =>
        sumUp(groups.map(({ key, cost }) => [`${key.tenant} ${key.model}`, cost.total]));
      expect(sums(found.groups)).toEqual(counted);
      expect(sums(found.lineGroups)).toEqual(counted);
      expect(found.lineGroups.map(({ latency: _, ...group }) => group)).toEqual(
        found.groups.map(({ latency: _, ...group }) => group),
      );
      expect(found.verified).toMatchObject({ ok: true });
    });

    it('is the same on the spans, where no span but that of an attempt has a cost or usage', () => {
      const costs = found.spans.map(
        ({ attributes }) =>
          [
            `${attributes['signalbox.tenant']} ${attributes['gen_ai.request.model']}`,
            Number(attributes['gen_ai.usage.cost'] ?? 0),
          ] as const,
      );
      expect(sumUp(costs)).toEqual(counted);
    });

    it('is the same in the metrics of OpenTelemetry', () => {
      const points = found.metrics
        .flatMap(({ scopeMetrics }) => scopeMetrics)
        .flatMap(({ metrics }) => metrics.filter(({ descriptor }) => descriptor.name === 'signalbox.cost'))
        .flatMap(({ dataPoints }) =>
          dataPoints.map(({ attributes, value }) => [attributes, Number(value)] as const),
        );
      expect(
        sumUp(
          points.map(([labels, usd]) => [
            `${labels['signalbox.tenant']} ${labels['gen_ai.request.model']}`,
            usd,
          ]),
        ),
      ).toEqual(counted);
    });

    it('is the same in the text for Prometheus', () => {
      const line = /^signalbox_cost_usd_total\{target="(\w+)",kind="(\w+)",tenant="(\w+)"\} (\S+)$/gm;
      const costs = [...found.text.matchAll(line)].filter(([, , kind]) => kind !== 'saved');
      expect(sumUp(costs.map(([, target, , tenant, usd]) => [`${tenant} ${target}`, Number(usd)]))).toEqual(
        counted,
      );
    });
  },
);
