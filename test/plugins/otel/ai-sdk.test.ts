import { LegacyOpenTelemetry, OpenTelemetry } from '@ai-sdk/otel';
import { context } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import { embed, generateText, registerTelemetry, streamText } from 'ai';
import { createRouter } from 'signalbox';
import { toProvider } from 'signalbox/ai-sdk';
import { otel } from 'signalbox/otel';
import { scriptedProvider, virtualClock } from 'signalbox/testing';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';

beforeAll(() => void context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable()));
afterAll(() => context.disable());

const prompt = 'Hi';
const down = { error: { kind: 'server', status: 500 } } as const;
const usage = { inputTokens: 1_000, outputTokens: 500 };

function traced(usageOn?: 'caller') {
  const exporter = new InMemorySpanExporter();
  const tracers = new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] });
  const tracer = tracers.getTracer('test');
  const clock = virtualClock();
  const router = createRouter({
    targets: ['a', 'b'].map((id) => ({
      id,
      provider: scriptedProvider(id, id === 'a' ? [down] : [{ usage }], clock),
      model: `model-${id}`,
      price: { input: 1, output: 4 },
    })),
    clock,
    plugins: [otel({ tracer, meter: false, ...(usageOn && { usage: usageOn }) })],
  });
  return {
    tracer,
    router,
    provider: toProvider(router),
    /** Spans with a count of tokens, but for those of agents and steps, which repeat what is in them. */
    counted: () =>
      exporter
        .getFinishedSpans()
        .filter(({ attributes }) => Object.keys(attributes).some((name) => name.startsWith('gen_ai.usage.')))
        .map(({ name, instrumentationScope, attributes }) => ({
          name,
          scope: instrumentationScope.name,
          input: attributes['gen_ai.usage.input_tokens'],
          attempt: attributes['signalbox.attempt'],
        })),
    /** As either of its tracings names them. */
    tokensOfSdk: () =>
      exporter
        .getFinishedSpans()
        .filter(({ attributes }) => !('signalbox.attempt' in attributes))
        .map(({ attributes }) => attributes['gen_ai.usage.input_tokens'] ?? attributes['ai.usage.tokens']),
    attempts: () => exporter.getFinishedSpans().filter(({ attributes }) => 'signalbox.attempt' in attributes),
  };
}

const tracings = [
  ['OpenTelemetry', OpenTelemetry],
  ['LegacyOpenTelemetry', LegacyOpenTelemetry],
] as const;

describe.each(tracings)('otel() under the AI SDK with %s of @ai-sdk/otel', (_, Tracing) => {
  it('leaves the usage of generateText to the span of the SDK', async () => {
    const { provider, tracer, counted, attempts } = traced();
    const telemetry = { integrations: [new Tracing({ tracer })] };
    await generateText({ model: provider.languageModel('default'), prompt, telemetry });
    expect(attempts().map(({ name }) => name)).toEqual(['chat model-a', 'chat model-b']);
    expect(counted().filter(({ attempt }) => attempt !== undefined)).toEqual([]);
    expect(counted().length).toBeGreaterThan(0);
    for (const { input } of counted()) expect(input).toBe(1_000);
  });

  it('leaves the usage of streamText to the span of the SDK', async () => {
    const { provider, tracer, counted, attempts } = traced();
    const telemetry = { integrations: [new Tracing({ tracer })] };
    const result = streamText({ model: provider.languageModel('default'), prompt, telemetry });
    for await (const _part of result.textStream);
    expect(attempts()).toHaveLength(2);
    expect(counted().filter(({ attempt }) => attempt !== undefined)).toEqual([]);
    expect(counted().length).toBeGreaterThan(0);
  });

  it('leaves the usage of embed to the inactive span of the SDK if its telemetry is registered', async () => {
    const { provider, tracer, counted, tokensOfSdk } = traced();
    registerTelemetry(new Tracing({ tracer }));
    onTestFinished(() => {
      globalThis.AI_SDK_TELEMETRY_INTEGRATIONS = [];
    });
    await embed({ model: provider.embeddingModel('b'), value: prompt });
    expect(counted().filter(({ attempt }) => attempt !== undefined)).toEqual([]);
    expect(tokensOfSdk()).toContain(1_000);
  });

  it('records the usage of direct calls of embed, even if telemetry of the SDK is registered', async () => {
    const { router, tracer, counted } = traced();
    registerTelemetry(new Tracing({ tracer }));
    onTestFinished(() => {
      globalThis.AI_SDK_TELEMETRY_INTEGRATIONS = [];
    });
    await router.embed({ values: [prompt] }, { route: 'b' });
    expect(counted()).toMatchObject([{ attempt: 1 }]);
  });

  it("leaves the usage of one traced call of embed to the span of the SDK with `usage: 'caller'`", async () => {
    const { provider, tracer, counted } = traced('caller');
    const telemetry = { integrations: [new Tracing({ tracer })] };
    await embed({ model: provider.embeddingModel('b'), value: prompt, telemetry });
    expect(counted().filter(({ attempt }) => attempt !== undefined)).toEqual([]);
  });

  it('records usage under an SDK that does not trace', async () => {
    const { provider, counted } = traced();
    await generateText({ model: provider.languageModel('default'), prompt });
    expect(counted()).toMatchObject([{ name: 'chat model-b', input: 1_000, attempt: 2 }]);
  });
});
