import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { context, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { InMemoryLogRecordExporter, LoggerProvider, SimpleLogRecordProcessor } from '@opentelemetry/sdk-logs';
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import { ConfigError, createRouter, type Plugin } from 'signalbox';
import { type OtelOptions, otel } from 'signalbox/otel';
import { type Script, scriptedProvider, virtualClock } from 'signalbox/testing';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { read, rejection } from '../../support/requests.ts';

beforeAll(() => void context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable()));
afterAll(() => context.disable());

const secret = 'a secret question';
const down = { error: { kind: 'server', status: 500 } } as const;
const usage = { inputTokens: 1_000, outputTokens: 500, cacheReadTokens: 400, reasoningTokens: 100 };

function traced(
  options: OtelOptions = {},
  first: readonly Script[] = [{ usage }],
  plugins: readonly Plugin[] = [],
) {
  const exporter = new InMemorySpanExporter();
  const provider = new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] });
  const tracer = provider.getTracer('test');
  const clock = virtualClock();
  const all: readonly Plugin[] = [...plugins, otel({ tracer, meter: false, ...options })];
  const router = createRouter({
    targets: ['a', 'b'].map((id) => ({
      id,
      provider: scriptedProvider(id, id === 'a' ? first : [{ usage }], clock),
      model: `model-${id}`,
      price: { input: 1, output: 4, cacheRead: 0.1 },
    })),
    routes: { support: { targets: ['a', 'b'] } },
    clock,
    plugins: all,
  });
  onTestFinished(() => provider.shutdown());
  const spans = () => exporter.getFinishedSpans();
  const named = (name: string) => {
    const found = spans().find((span) => span.name === name);
    if (found === undefined) throw new Error(`no span ${name} among ${spans().map((span) => span.name)}`);
    return found;
  };
  return { router, clock, tracer, spans, named };
}

describe('otel()', () => {
  it('creates a span per request, named by its route, with one span per attempt in it', async () => {
    const { router, named, spans } = traced({}, [down]);
    await router.chat(
      { prompt: secret, temperature: 0.5 },
      { route: 'support', tenant: 'acme', tags: ['x'] },
    );
    const request = named('signalbox support');
    expect(request.kind).toBe(SpanKind.INTERNAL);
    expect(request.attributes).toMatchObject({
      'signalbox.route': 'support',
      'signalbox.strategy': 'priority',
      'signalbox.candidates': ['a', 'b'],
      'signalbox.tenant': 'acme',
      'signalbox.tags': ['x'],
      'signalbox.outcome': 'success',
      'signalbox.target': 'b',
      'signalbox.failed_attempts': 1,
      'signalbox.failover': true,
    });
    const [failed, answered] = [named('chat model-a'), named('chat model-b')];
    for (const { kind, parentSpanContext } of [failed, answered])
      expect([kind, parentSpanContext?.spanId]).toEqual([SpanKind.CLIENT, request.spanContext().spanId]);
    expect(failed.status.code).toBe(SpanStatusCode.ERROR);
    expect(failed.attributes).toMatchObject({ 'error.type': '500', 'signalbox.billed': 'no' });
    expect(answered.attributes).toMatchObject({
      'gen_ai.operation.name': 'chat',
      'gen_ai.provider.name': 'b',
      'gen_ai.request.model': 'model-b',
      'gen_ai.request.temperature': 0.5,
      'gen_ai.response.finish_reasons': ['stop'],
      'gen_ai.usage.input_tokens': 1_000,
      'gen_ai.usage.cache_read.input_tokens': 400,
      'gen_ai.usage.cost': 0.00264,
    });
    expect(spans()).toHaveLength(3);
  });

  it('sets usage and cost only on the spans of billed attempts', async () => {
    const { router, spans } = traced({}, [down]);
    await router.chat({ prompt: secret });
    const withUsage = spans().filter(({ attributes }) =>
      Object.keys(attributes).some(
        (name) =>
          name.startsWith('gen_ai.usage') ||
          (name === 'gen_ai.request.model' && attributes['signalbox.billed'] === undefined),
      ),
    );
    expect(withUsage.map(({ name }) => name)).toEqual(['chat model-b']);
  });

  it('creates children of the caller’s span, active while the vendor is called', async () => {
    const active: (string | undefined)[] = [];
    const clock = virtualClock();
    const provider = scriptedProvider('a', [{}], clock);
    const exporter = new InMemorySpanExporter();
    const tracers = new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] });
    const tracer = tracers.getTracer('test');
    const router = createRouter({
      targets: [
        {
          id: 'a',
          model: 'm',
          provider: {
            ...provider,
            chat(call) {
              active.push(trace.getActiveSpan()?.spanContext().spanId);
              return provider.chat(call);
            },
          },
        },
      ],
      plugins: [otel({ tracer, meter: false })],
    });
    const parent = tracer.startSpan('caller');
    await context.with(trace.setSpan(context.active(), parent), () => router.chat({ prompt: secret }));
    const spans = exporter.getFinishedSpans();
    const [attempt, request] = [
      spans.find(({ name }) => name === 'chat m'),
      spans.find(({ name }) => name === 'signalbox default'),
    ];
    expect(request?.parentSpanContext?.spanId).toBe(parent.spanContext().spanId);
    expect(active).toEqual([attempt?.spanContext().spanId]);
    await tracers.shutdown();
  });

  it('leaves usage to a caller’s span for the same inference', async () => {
    const { router, tracer, named } = traced();
    const parent = tracer.startSpan('chat default', { attributes: { 'gen_ai.operation.name': 'chat' } });
    await context.with(trace.setSpan(context.active(), parent), () => router.chat({ prompt: secret }));
    expect(named('chat model-a').attributes).not.toHaveProperty(['gen_ai.usage.input_tokens']);
    expect(named('chat model-a').attributes).not.toHaveProperty(['gen_ai.usage.cost']);
    const own = traced({ usage: 'attempt' });
    await context.with(trace.setSpan(context.active(), parent), () => own.router.chat({ prompt: secret }));
    expect(own.named('chat model-a').attributes).toHaveProperty(['gen_ai.usage.cost']);
  });

  it('records prompts and answers only with `content: true`', async () => {
    const quiet = traced({}, [
      { usage, text: 'a secret answer' },
      { error: { kind: 'bad-request', summary: secret } },
    ]);
    await quiet.router.chat({ prompt: secret }, { metadata: { secret }, route: 'a' });
    await rejection(quiet.router.chat({ prompt: secret }, { route: 'a' }));
    const text = JSON.stringify(
      quiet.spans().map(({ name, attributes, events, status }) => [name, attributes, events, status]),
    );
    expect(text).not.toContain('secret');
    const open = traced({ content: true }, [{ usage, text: 'a secret answer' }]);
    await open.router.chat({ prompt: secret });
    const { attributes } = open.named('chat model-a');
    expect(JSON.parse(String(attributes['gen_ai.input.messages']))).toEqual([
      { role: 'user', parts: [{ type: 'text', content: secret }] },
    ]);
    expect(attributes['gen_ai.output.messages']).toContain('a secret answer');
  });

  it('puts prompts and answers where the variable of the conventions requires them', async () => {
    const run = async (value: string) => {
      vi.stubEnv('OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT', value);
      const records = new InMemoryLogRecordExporter();
      const loggers = new LoggerProvider({
        processors: [new SimpleLogRecordProcessor({ exporter: records })],
      });
      const { router, named } = traced({ logger: loggers.getLogger('test') }, [{ usage, text: 'an answer' }]);
      await router.chat({ prompt: secret });
      const span = named('chat model-a');
      const events = records.getFinishedLogRecords();
      for (const record of events) {
        expect(record.eventName).toBe('gen_ai.client.inference.operation.details');
        expect(record.spanContext?.spanId).toBe(span.spanContext().spanId);
        expect(record.attributes['gen_ai.input.messages']).toEqual([
          { role: 'user', parts: [{ type: 'text', content: secret }] },
        ]);
        expect(record.attributes['gen_ai.output.messages']).toMatchObject([
          { role: 'assistant', parts: [{ type: 'text', content: 'an answer' }], finish_reason: 'stop' },
        ]);
        expect(record.attributes).not.toHaveProperty(['gen_ai.usage.input_tokens']);
      }
      await loggers.shutdown();
      return { span: 'gen_ai.input.messages' in span.attributes, events: events.length };
    };
    onTestFinished(() => void vi.unstubAllEnvs());
    expect(await run('EVENT_ONLY')).toEqual({ span: false, events: 1 });
    expect(await run('SPAN_AND_EVENT')).toEqual({ span: true, events: 1 });
    expect(await run('span_only')).toEqual({ span: true, events: 0 });
    expect(await run('true')).toEqual({ span: true, events: 0 });
    expect(await run('NO_CONTENT')).toEqual({ span: false, events: 0 });
  });

  it('sets exact usage and cost by bucket, and the first token, for Langfuse', async () => {
    const { router, clock, named } = traced({ preset: 'langfuse' }, [{ usage, delay: 250 }]);
    const answer = router
      .stream({ prompt: secret }, { user: 'ann', session: 's' })
      .then((stream) => read(stream));
    await clock.advance(300);
    await answer;
    const { attributes } = named('chat model-a');
    expect(JSON.parse(String(attributes['langfuse.observation.usage_details']))).toEqual({
      input: 600,
      input_cached_tokens: 400,
      output: 400,
      output_reasoning_tokens: 100,
    });
    expect(JSON.parse(String(attributes['langfuse.observation.cost_details']))).toMatchObject({
      total: 0.00264,
    });
    expect(attributes['langfuse.observation.completion_start_time']).toBe('2026-01-01T00:00:00.250Z');
    expect(named('signalbox default').attributes).toMatchObject({ 'user.id': 'ann', 'session.id': 's' });
  });

  it('marks a mirrored copy and an answer from a cache', async () => {
    const cached: Plugin = {
      name: 'cache',
      lookup: async ({ original }) =>
        original === again ? { answer: await first, source: 'hit', savedCost: 0.5 } : undefined,
    };
    const { router, named, spans } = traced({}, [{ usage }], [cached]);
    const again = { prompt: secret };
    const first = router.chat({ prompt: secret });
    await first;
    const before = spans().length;
    await router.chat(again);
    expect(spans()).toHaveLength(before + 1);
    expect(spans().at(-1)?.attributes).toMatchObject({
      'signalbox.lookup': 'hit of cache',
      'signalbox.saved_cost': 0.5,
    });
    expect(named('chat model-a').attributes).toHaveProperty(['gen_ai.usage.cost']);
  });

  it('records the metrics of the conventions under their names', async () => {
    const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
    const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 });
    const meters = new MeterProvider({ readers: [reader] });
    const { router } = traced({ meter: meters.getMeter('test'), semconv: 'dup' }, [down]);
    await read(await router.stream({ prompt: secret }));
    await reader.forceFlush();
    const metrics = exporter.getMetrics().at(-1)?.scopeMetrics[0]?.metrics ?? [];
    expect(metrics.map(({ descriptor: { name, unit } }) => `${name} ${unit}`)).toEqual(
      expect.arrayContaining([
        'gen_ai.client.operation.duration s',
        'gen_ai.client.inference.duration s',
        'gen_ai.client.token.usage {token}',
        'gen_ai.client.operation.time_to_first_chunk s',
        'signalbox.requests {request}',
        'signalbox.failovers {request}',
        'signalbox.cost USD',
      ]),
    );
    await meters.shutdown();
  });

  it('reaches a collector through the official exporter', async () => {
    const bodies: string[] = [];
    const collector = createServer((request: IncomingMessage, response) => {
      let body = '';
      request.on('data', (chunk) => {
        body += chunk;
      });
      request.on('end', () => {
        bodies.push(body);
        response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
      });
    });
    await new Promise<void>((resolve) => collector.listen(0, '127.0.0.1', resolve));
    const { port } = collector.address() as AddressInfo;
    const exporter = new OTLPTraceExporter({ url: `http://127.0.0.1:${port}/v1/traces` });
    const provider = new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] });
    const { router } = traced({ tracer: provider.getTracer('test') });
    await router.chat({ prompt: secret });
    await provider.forceFlush();
    await provider.shutdown();
    collector.close();
    const spans = bodies.flatMap((body) =>
      JSON.parse(body).resourceSpans.flatMap((resource: { scopeSpans: { spans: unknown[] }[] }) =>
        resource.scopeSpans.flatMap((scope) => scope.spans),
      ),
    );
    const attempt = spans.find(({ name }: { name: string }) => name === 'chat model-a');
    expect(attempt.attributes).toContainEqual({ key: 'gen_ai.usage.cost', value: { doubleValue: 0.00264 } });
    expect(spans).toHaveLength(2);
  });

  it('costs nothing if nothing is registered', async () => {
    const router = createRouter({
      targets: [{ id: 'a', provider: scriptedProvider('a', [{}]), model: 'm' }],
      plugins: [otel()],
    });
    expect((await router.chat({ prompt: secret })).text).toBe('ok');
  });

  it.each([
    [{ tracers: 1 }, 'tracers'],
    [{ tracer: {} }, 'otel.tracer'],
    [{ meter: 5 }, 'otel.meter'],
    [{ usage: 'both' }, 'otel.usage'],
    [{ semconv: 'old' }, 'otel.semconv'],
    [{ preset: 'honeycomb' }, 'otel.preset'],
    [{ content: 1 }, 'otel.content'],
  ])('rejects %j', (options, option) => {
    expect(() => otel(options as never)).toThrow(ConfigError);
    expect(() => otel(options as never)).toThrow(option);
  });
});
