import { writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { run } from '../../src/cli/run.ts';
import { temporaryFolder } from '../plugins/ledger/support.ts';

const folder = temporaryFolder();

/** A log of requests on successive days, each with what a vendor's prompt cache did. */
function log(promptCaches: readonly object[], more: object = {}): string {
  const path = folder.path('requests.jsonl');
  const lines = promptCaches.map((facts, index) => {
    const cost = { total: 0.01, source: 'declared', estimated: false };
    return JSON.stringify({
      type: 'request-end',
      requestId: `q${index}`,
      startedAt: Date.UTC(2026, 0, 1 + index),
      kind: 'chat',
      outcome: 'success',
      route: 'default',
      target: 'a/m',
      duration: 900,
      attempts: [
        { target: 'a/m', outcome: 'success', duration: 900, billed: 'yes', usage: { inputTokens: 9 }, cost },
      ],
      decision: { notes: [{ plugin: 'cache', facts: { target: 'a/m', ...facts } }] },
      ...more,
    });
  });
  writeFileSync(path, `${lines.join('\n')}\n`);
  return path;
}

async function report(...args: readonly string[]): Promise<string> {
  let text = '';
  const code = await run(['report', ...args], { out: (more) => (text += more), err: () => {} });
  expect(code).toBe(0);
  return text;
}

describe('signalbox report', () => {
  it('shows what the vendors’ prompt caches saved, and why they missed', async () => {
    const path = log([
      { promptCache: 'hit', promptCacheSaved: 0.002 },
      { promptCache: 'miss', promptCacheMiss: 'first-use', promptCacheSaved: -0.0005 },
      { promptCache: 'miss', promptCacheMiss: 'tools-changed' },
      { promptCache: 'miss', promptCacheMiss: 'tools-changed' },
    ]);
    const markdown = await report('--log', path, '--format', 'md');
    expect(markdown).toContain('## Prompt caches of the vendors');
    expect(markdown).toContain('| a/m | 1 | 3 | 25.0% | $0.0015 | tools changed 2, first use 1 |');
    const json = JSON.parse(await report('--log', path, '--format', 'json'));
    expect(json.total.promptCache).toEqual({ hits: 1, misses: 3, saved: 0.0015 });
    expect(json.promptCaches).toHaveLength(3);
    expect(await report('--log', path)).toContain('tools changed 2, first use 1');
  });

  it('has no section on prompt caches where no plugin watches them', async () => {
    expect(await report('--log', log([{}]), '--format', 'md')).not.toContain('Prompt caches');
  });

  it('marks an empty chart, and labels no axis twice', async () => {
    const html = await report('--log', log([{}, {}]));
    const charts = html.match(/<svg.*?<\/svg>/g) ?? [];
    expect(charts).toHaveLength(3);
    for (const chart of charts) {
      const labels = [...chart.matchAll(/<text class="tick"[^>]*text-anchor="end">([^<]*)</g)].map(
        ([, text]) => text,
      );
      expect(new Set(labels).size, chart).toBe(labels.length);
    }
    // No attempt failed.
    expect(charts[2]).toContain('None in this period');
    expect(charts[2]).not.toContain('<rect');
    expect(charts[0]).not.toContain('None in this period');
  });
});
