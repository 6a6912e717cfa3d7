// OpenTelemetry spans that add up to the bill, and metrics for Prometheus.
import { createServer } from 'node:http';
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import { createRouter } from 'signalbox';
import { anthropic } from 'signalbox/anthropic';
import { openai } from 'signalbox/openai';
import { otel } from 'signalbox/otel';
import { prometheus } from 'signalbox/prometheus';

// An application registers its own provider, and `otel()` finds it.
const exporter = new InMemorySpanExporter();
const provider = new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] });
const metrics = prometheus();

const router = createRouter({
  targets: [
    { provider: openai(), model: 'gpt-5-mini' },
    { provider: anthropic(), model: 'claude-haiku-4-5' },
  ],
  plugins: [otel({ tracer: provider.getTracer('example'), content: false }), metrics],
});
const server = createServer((_, response) => response.end(metrics.text())).listen(0);

await router.chat({ prompt: 'Why is the sky blue?' }, { tenant: 'acme' });

for (const { name, attributes } of exporter.getFinishedSpans())
  console.log(name, attributes['gen_ai.usage.cost'] ?? '');
const lines = metrics.text().split('\n');
console.log(lines.filter((line) => line.startsWith('signalbox_cost_usd_total')).join('\n'));
server.close();
await Promise.all([router.close(), provider.shutdown()]);
