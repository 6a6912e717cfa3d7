import { createRouter, type Plugin, type RouterOptions } from 'signalbox';
import { limits } from 'signalbox/budgets';
import { virtualKeys } from 'signalbox/keys';
import { jsonl, type LedgerWriter, ledger, sqlite } from 'signalbox/ledger';
import { memory } from 'signalbox/memory';
import { scriptedProvider, virtualClock } from 'signalbox/testing';
import { describe, expect, it } from 'vitest';
import { listed, temporaryFolder } from './support.ts';

const folder = temporaryFolder();
const secret = 'sk-secret-0123456789';

let starts = 0;

/** Runs a router once over a ledger, and returns the audit that the ledger then has. */
async function run(
  writer: LedgerWriter,
  { usd, ...options }: Partial<RouterOptions> & { readonly usd?: number },
) {
  starts += 1;
  const clock = virtualClock(Date.UTC(2026, 0, 1, starts));
  const usage = ledger(writer);
  const provider = scriptedProvider('a', [{}], clock);
  const own: readonly Plugin[] =
    usd === undefined ? [] : [limits([{ name: 'tenants', by: 'tenant', usd, per: 'day' }])];
  const plugins: readonly Plugin[] = [...own, usage];
  const router = createRouter({
    clock,
    targets: [{ provider, model: 'm', price: { input: 1, output: 4 } }],
    ...options,
    plugins,
  });
  await clock.advance(1);
  await usage.flush();
  const found = await listed(usage.audits());
  await router.close();
  return found
    .map(({ action, subject }) => (subject === undefined ? action : `${action} ${subject}`))
    .toReversed();
}

describe('the audit of the configuration in a SQLite file', () => {
  it('names what is declared otherwise than at the last start, and nothing where nothing is', async () => {
    const open = () => sqlite(folder.path('usage.db'));
    expect(await run(open(), { usd: 10 })).toEqual(['config.state']);
    expect(await run(open(), { usd: 10 })).toEqual(['config.state']);
    const changed = await run(open(), { usd: 20, routes: { chat: {} }, maxAttempts: 2 });
    expect(changed.slice(1)).toEqual([
      'limit.change tenants',
      'option.add maxAttempts',
      'route.add chat',
      'config.state',
    ]);
    const removed = await run(open(), { routes: { chat: { maxAttempts: 2 } } });
    expect(removed.slice(5)).toEqual([
      'route.change chat',
      'limit.remove tenants',
      'option.remove maxAttempts',
      'plugin.remove limits',
      'config.state',
    ]);
  });
});

describe('the audit of the configuration in a JSONL file', () => {
  it('has the hashes of what is declared at each start', async () => {
    const open = () => jsonl(folder.path('usage.jsonl'));
    expect(await run(open(), {})).toEqual(['config.state']);
    expect(await run(open(), {})).toEqual(['config.state', 'config.state']);
  });
});

describe('the audit of the configuration', () => {
  it('keeps hashes only', async () => {
    const clock = virtualClock();
    const usage = ledger(sqlite(folder.path('usage.db')));
    const router = createRouter({
      clock,
      targets: [
        {
          provider: scriptedProvider('a', [{}], clock),
          model: 'm',
          settings: { providerOptions: { a: { apiKey: secret } } },
        },
      ],
      plugins: [usage],
    });
    await clock.advance(1);
    await usage.flush();
    const found = await listed(usage.audits());
    expect(found).toHaveLength(1);
    expect(JSON.stringify(found)).not.toContain('secret');
    await router.close();
  });

  it('is left out where it is not wanted', async () => {
    const usage = ledger(sqlite(folder.path('usage.db')), { auditConfig: false });
    const clock = virtualClock();
    const targets = [{ provider: scriptedProvider('a', [{}], clock), model: 'm' }];
    const router = createRouter({ clock, targets, plugins: [usage] });
    await clock.advance(1);
    await usage.flush();
    expect(await listed(usage.audits())).toEqual([]);
    await router.close();
  });
});

describe('virtualKeys() with a ledger', () => {
  it('records who created, changed and deleted a key, without its token', async () => {
    const usage = ledger(sqlite(folder.path('usage.db')));
    const keys = virtualKeys(memory(), { audit: usage, actor: 'ops' });
    const { token, key } = await keys.create({ tenant: 'acme' });
    await keys.update(key.id, { disabled: true });
    await keys.update('sk-unknown', { disabled: true });
    await keys.delete(key.id);
    await keys.delete(key.id);
    await usage.flush();
    const found = (await listed(usage.audits())).toReversed();
    expect(found).toMatchObject([
      { actor: 'ops', action: 'key.create', subject: key.id, details: { tenant: 'acme' } },
      { actor: 'ops', action: 'key.change', subject: key.id, details: { changed: ['disabled'] } },
      { actor: 'ops', action: 'key.delete', subject: key.id },
    ]);
    const [created, changed, deleted] = found;
    expect(changed?.before).toBe(created?.after);
    expect(deleted?.before).toBe(changed?.after);
    expect(JSON.stringify(found)).not.toContain(token);
    await usage.close();
  });
});
