import { context } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import type { Store } from 'signalbox';
import { cache } from 'signalbox/cache';
import { guardrails, pii, redact } from 'signalbox/guardrails';
import { memory } from 'signalbox/memory';
import { otel } from 'signalbox/otel';
import { describe, expect, it } from 'vitest';
import { read, textOf, world } from '../../support/requests.ts';
import { planted } from './planted.ts';

const guards = () => guardrails([redact(pii(), { restore: true })]);
const prompt = (email: string) => ({ prompt: `Mail ${email}`, temperature: 0 });

describe('guardrails beside a cache', () => {
  it('share an entry between values, store placeholders, and restore the value of each request', async () => {
    const stored: unknown[] = [];
    const inner = memory();
    const store: Store = {
      ...inner,
      set(...given) {
        stored.push(given);
        return inner.set(...given);
      },
    };
    const { router, providers, clock } = world(
      { a: [{ text: ['to [EMA', 'IL_1]'] }] },
      { plugins: [cache({ scope: 'public' }), guards()], store },
    );
    expect((await router.chat(prompt(planted.email))).text).toBe(`to ${planted.email}`);
    await clock.advance(10);
    const second = await router.chat(prompt('bob@x.example'));
    expect(second.text).toBe('to bob@x.example');
    expect(second.decision?.lookup).toMatchObject({ plugin: 'cache', source: 'hit' });
    expect(textOf(await read(await router.stream(prompt('eve@y.example'))))).toBe('to eve@y.example');
    expect(providers['a']?.calls).toHaveLength(1);
    const bytes = stored.map((each) => JSON.stringify(each) + text(each)).join();
    expect(bytes).not.toMatch(/lovelace|bob@x|eve@y/);
  });
});

/** The bytes in a call of the store, as text. */
function text(given: unknown): string {
  const all = Array.isArray(given) ? given : [given];
  return all.map((each) => (each instanceof Uint8Array ? new TextDecoder().decode(each) : '')).join('');
}

describe('guardrails beside telemetry', () => {
  it('show verdicts as events of the span, and content without the values', async () => {
    const exporter = new InMemorySpanExporter();
    const provider = new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] });
    context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
    const telemetry = otel({ tracer: provider.getTracer('t'), meter: false, content: true });
    const { router } = world({ a: [{ text: 'to [EMAIL_1]' }] }, { plugins: [guards(), telemetry] });
    expect((await router.chat(prompt(planted.email))).text).toContain(planted.email);
    await read(await router.stream(prompt(planted.email)));
    const spans = exporter.getFinishedSpans();
    const shown = JSON.stringify(spans.map(({ attributes, events }) => [attributes, events]));
    expect(shown).toContain('to [EMAIL_1]');
    expect(shown).toContain('"guard":"pii"');
    expect(shown).not.toContain('lovelace');
  });
});
