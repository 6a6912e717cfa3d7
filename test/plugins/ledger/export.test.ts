import { parquetReadObjects } from 'hyparquet';
import { ConfigError } from 'signalbox';
import {
  type ExportFormat,
  type ExportOptions,
  exportLedger,
  jsonl,
  type Ledger,
  reprice,
  sqlite,
} from 'signalbox/ledger';
import { describe, expect, it } from 'vitest';
import { listed, temporaryFolder, worldWith } from './support.ts';

const folder = temporaryFolder();

/** Columns of FOCUS 1.4's Cost and Usage data set, and those that must not be empty. */
const columns = [
  ...[
    'AllocatedMethodId',
    'AllocatedMethodDetails',
    'AllocatedResourceId',
    'AllocatedResourceName',
    'AllocatedTags',
  ],
  ...['AvailabilityZone', 'BilledCost', 'BillingAccountId', 'BillingAccountName', 'BillingAccountType'],
  ...['BillingCurrency', 'BillingPeriodEnd', 'BillingPeriodStart', 'CapacityReservationId'],
  ...['CapacityReservationStatus', 'ChargeCategory', 'ChargeClass', 'ChargeDescription', 'ChargeFrequency'],
  ...['ChargePeriodEnd', 'ChargePeriodStart', 'CommitmentDiscountCategory', 'CommitmentDiscountId'],
  ...['CommitmentDiscountName', 'CommitmentDiscountQuantity', 'CommitmentDiscountStatus'],
  ...['CommitmentDiscountType', 'CommitmentDiscountUnit', 'CommitmentProgramEligibilityDetails'],
  ...['ConsumedQuantity', 'ConsumedUnit', 'ContractApplied', 'ContractedCost', 'ContractedUnitPrice'],
  ...['EffectiveCost', 'HostProviderName', 'InvoiceDetailId', 'InvoiceId', 'InvoiceIssuerName', 'ListCost'],
  ...['ListUnitPrice', 'PricingCategory', 'PricingCurrency', 'PricingCurrencyContractedUnitPrice'],
  ...['PricingCurrencyEffectiveCost', 'PricingCurrencyListUnitPrice', 'PricingQuantity', 'PricingUnit'],
  ...['RegionId', 'RegionName', 'ResourceId', 'ResourceName', 'ResourceType', 'ServiceProviderName'],
  ...['ServiceCategory', 'ServiceName', 'ServiceSubcategory', 'SkuId', 'SkuMeter', 'SkuPriceDetails'],
  ...['SkuPriceId', 'SubAccountId', 'SubAccountName', 'SubAccountType', 'Tags'],
];
const mandatory = [
  ...['BilledCost', 'BillingAccountId', 'BillingAccountName', 'BillingCurrency', 'BillingPeriodEnd'],
  ...['BillingPeriodStart', 'ChargeCategory', 'ChargeDescription', 'ChargePeriodEnd', 'ChargePeriodStart'],
  ...['ContractedCost', 'EffectiveCost', 'HostProviderName', 'InvoiceIssuerName', 'ListCost'],
  ...['PricingQuantity', 'PricingUnit', 'ServiceProviderName', 'ServiceCategory', 'ServiceName'],
];

async function filled(): Promise<Ledger> {
  const { router, usage } = worldWith(sqlite(folder.path('usage.db')), {
    scripts: {
      a: [
        { error: { kind: 'server', status: 500 } },
        { usage: { inputTokens: 1_000, outputTokens: 500, cacheReadTokens: 400 } },
      ],
    },
  });
  await router.chat({ prompt: 'q' }, { tenant: '=HYPERLINK("x")', tags: ['a,b'] });
  await router.chat({ prompt: 'q' }, { tenant: 'acme' });
  await usage.flush();
  return usage;
}

async function text(usage: Ledger, format: ExportFormat, options?: ExportOptions): Promise<string> {
  return (await listed(exportLedger(usage, format, options))).join('');
}

describe('exportLedger()', () => {
  it('writes CSV in which no name is a formula', async () => {
    const [head = '', ...lines] = (await text(await filled(), 'csv')).trimEnd().split('\r\n');
    expect(head.split(',').slice(0, 4)).toEqual(['chain', 'seq', 'at', 'request_id']);
    expect(lines).toHaveLength(3);
    expect(lines.join('\n')).toContain(`"'=HYPERLINK(""x"")"`);
    expect(lines.join('\n')).toContain('0.003');
  });

  it('writes the rows as JSON Lines', async () => {
    const usage = await filled();
    const lines = (await text(usage, 'jsonl', { where: { tenant: 'acme' } })).trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line))).toEqual(
      await listed(usage.rows({ where: { tenant: 'acme' } })),
    );
  });

  it('writes Parquet that another program reads', async () => {
    const [bytes] = await listed(exportLedger(await filled(), 'parquet'));
    if (!(bytes instanceof Uint8Array)) throw new Error('no bytes');
    const rows = await parquetReadObjects({ file: bytes.slice().buffer });
    expect(rows).toHaveLength(3);
    expect(rows.find(({ tenant }) => tenant === 'acme')).toMatchObject({
      target: 'a/m',
      main: true,
      cost: 0.003,
    });
  });

  it('writes FOCUS: one row for each hour, tenant, target and meter, whose sum is the bill', async () => {
    const usage = await filled();
    const [head = '', ...lines] = (
      await text(usage, 'focus', { billingAccount: 'org-1', where: { tenant: 'acme' } })
    )
      .trimEnd()
      .split('\r\n');
    const rows = lines.map((line) =>
      Object.fromEntries(head.split(',').map((name, index) => [name, line.split(',')[index]])),
    );
    expect(rows.map((row) => [row['SkuMeter'], row['ConsumedQuantity']])).toEqual([
      ['Input tokens', '600'],
      ['Cached input tokens', '400'],
      ['Output tokens', '500'],
    ]);
    expect(rows[0]).toMatchObject({
      BillingAccountId: 'org-1',
      SubAccountId: 'acme',
      ChargeCategory: 'Usage',
      ServiceCategory: 'AI and Machine Learning',
      ChargePeriodStart: '2026-01-01T00:00:00Z',
      BillingPeriodEnd: '2026-02-01T00:00:00Z',
      ServiceProviderName: 'a',
      HostProviderName: 'a',
    });
    for (const row of rows) for (const name of mandatory) expect(row[name], name).not.toBe('');
    expect(head.split(',').filter((name) => !columns.includes(name) && !name.startsWith('x_'))).toEqual([]);
    const [group] = await usage.query({ where: { tenant: 'acme' } });
    const billed = rows.reduce((sum, row) => sum + Number(row['BilledCost']), 0);
    expect(Math.round(billed * 1e9)).toBe(Math.round((group?.cost.total ?? 0) * 1e9));
  });

  it('writes FOCUS with the names of version 1.2 where a tool reads no later one', async () => {
    const [head = ''] = (await text(await filled(), 'focus', { focusVersion: '1.2' })).split('\r\n');
    expect(head.split(',')).toEqual(expect.arrayContaining(['ProviderName', 'PublisherName']));
    expect(head).not.toContain('HostProviderName');
  });

  it('refuses another version of FOCUS', async () => {
    const { usage } = worldWith(jsonl(folder.path('usage.jsonl')));
    expect(() => exportLedger(usage, 'focus', { focusVersion: '1.3' as never })).toThrow(
      'exportLedger().focusVersion: expected 1.4 or 1.2',
    );
  });

  it('refuses another format', async () => {
    const { usage } = worldWith(jsonl(folder.path('usage.jsonl')));
    expect(() => exportLedger(usage, 'xlsx' as never)).toThrow(ConfigError);
  });
});

describe('reprice()', () => {
  it('calculates what stored usage costs at other prices', async () => {
    const usage = await filled();
    const doubled = await reprice(usage, ({ target }) =>
      target === 'a/m' ? { input: 2, output: 8 } : undefined,
    );
    expect(doubled).toEqual([
      { target: 'a/m', attempts: 1, before: 0.003, after: 0.006, unpriced: 0 },
      { target: 'b/m', attempts: 1, before: 0, after: 0, unpriced: 1 },
    ]);
  });
});
