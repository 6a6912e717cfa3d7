import type { Cost, Usage } from '../../../types/result/usage.ts';
import { fromNanos, toNanos } from '../../shared/nanos.ts';
import type { LedgerRow } from '../reading.ts';
import type { Cell, Table } from './table.ts';

/**
 * Columns of FOCUS, the FinOps cost and usage specification, version 1.2 (https://focus.finops.org/focus-specification/v1-2/), and our own,
 * which begin with `x_`.
 */
const names = [
  'BilledCost',
  'BillingAccountId',
  'BillingAccountName',
  'BillingCurrency',
  'BillingPeriodStart',
  'BillingPeriodEnd',
  'ChargeCategory',
  'ChargeClass',
  'ChargeDescription',
  'ChargeFrequency',
  'ChargePeriodStart',
  'ChargePeriodEnd',
  'ConsumedQuantity',
  'ConsumedUnit',
  'ContractedCost',
  'EffectiveCost',
  'InvoiceIssuerName',
  'ListCost',
  'PricingCategory',
  'PricingCurrency',
  'PricingQuantity',
  'PricingUnit',
  'ProviderName',
  'PublisherName',
  'RegionId',
  'ServiceCategory',
  'ServiceSubcategory',
  'ServiceName',
  'SkuId',
  'SkuMeter',
  'SkuPriceId',
  'SubAccountId',
  'SubAccountName',
  'Tags',
  'x_Route',
  'x_SpentOn',
  'x_Estimated',
  'x_Attempts',
  'x_UnpricedQuantity',
] as const;

interface Meter {
  readonly name: string;
  readonly unit: string;
  quantity(usage: Usage): number;
  cost(cost: Cost): number;
}

const fresh = ({ inputTokens = 0, cacheReadTokens = 0, cacheWriteTokens = 0 }: Usage): number =>
  Math.max(0, inputTokens - cacheReadTokens - cacheWriteTokens);

const meters: readonly Meter[] = [
  { name: 'Input tokens', unit: 'Tokens', quantity: fresh, cost: ({ input }) => input },
  {
    name: 'Cached input tokens',
    unit: 'Tokens',
    quantity: (usage) => usage.cacheReadTokens ?? 0,
    cost: (cost) => cost.cacheRead,
  },
  {
    name: 'Cache write tokens',
    unit: 'Tokens',
    quantity: (usage) => usage.cacheWriteTokens ?? 0,
    cost: (cost) => cost.cacheWrite,
  },
  {
    name: 'Output tokens',
    unit: 'Tokens',
    quantity: (usage) => usage.outputTokens ?? 0,
    cost: ({ output }) => output,
  },
  { name: 'Requests', unit: 'Requests', quantity: () => 1, cost: ({ request }) => request },
  {
    name: 'Web searches',
    unit: 'Searches',
    quantity: (usage) => usage.webSearches ?? 0,
    cost: (cost) => cost.webSearch,
  },
  {
    name: 'File searches',
    unit: 'Searches',
    quantity: (usage) => usage.fileSearches ?? 0,
    cost: (cost) => cost.fileSearch,
  },
  {
    name: 'Code executions',
    unit: 'Containers',
    quantity: (usage) => usage.codeExecutions ?? 0,
    cost: (cost) => cost.codeExecution,
  },
  { name: 'Images', unit: 'Images', quantity: (usage) => usage.images ?? 0, cost: ({ image }) => image },
];

interface Sum {
  readonly row: LedgerRow;
  readonly meter: Meter;
  readonly hour: number;
  readonly isPriced: boolean;
  quantity: number;
  nanos: number;
  attempts: number;
}

/** The options of a FOCUS export. */
export interface FocusOptions {
  /** `BillingAccountId`, which must not be empty: whose bill it is. @default 'default' */
  readonly billingAccount?: string;
}

const hourMs = 3_600_000;

/** One row per hour, tenant, target and meter. */
export function focusTable(
  rows: AsyncIterable<LedgerRow>,
  { billingAccount = 'default' }: FocusOptions,
): Table {
  const made = async function* () {
    const sums = new Map<string, Sum>();
    for await (const row of rows) addTo(sums, row);
    const sorted = [...sums.values()].toSorted((a, b) => a.hour - b.hour);
    for (const sum of sorted) yield cellsOf(sum, billingAccount);
  };
  return { names, rows: made() };
}

function addTo(sums: Map<string, Sum>, row: LedgerRow): void {
  if (row.billed === 'no' || row.charge === 'cached') return;
  const hour = Math.floor(row.at / hourMs) * hourMs;
  const { tenant, route, target, charge, serviceTier, region, cost, usage } = row;
  for (const meter of meters) {
    const quantity = meter.quantity(usage);
    const nanos = cost === null ? 0 : toNanos(meter.cost(cost));
    // Requests are a meter only where they have a fee, or a vendor gave nothing but a sum.
    if (meter.name === 'Requests' ? nanos === 0 : quantity === 0 && nanos === 0) continue;
    const key = JSON.stringify([
      hour,
      tenant,
      route,
      target,
      charge,
      serviceTier,
      region,
      meter.name,
      cost === null,
      cost?.estimated,
    ]);
    const known = sums.get(key);
    const sum = known ?? { row, meter, hour, isPriced: cost !== null, quantity: 0, nanos: 0, attempts: 0 };
    sum.quantity += quantity;
    sum.nanos += nanos;
    sum.attempts += 1;
    if (known === undefined) sums.set(key, sum);
  }
}

function cellsOf(
  { row, meter, hour, isPriced, quantity, nanos, attempts }: Sum,
  account: string,
): readonly Cell[] {
  const { model, provider, target, tenant, serviceTier, region, charge, route, cost } = row;
  const at = new Date(hour);
  const month = (more: number): string =>
    new Date(Date.UTC(at.getUTCFullYear(), at.getUTCMonth() + more)).toISOString();
  const usd = fromNanos(nanos);
  const sku = `${model ?? target}${serviceTier === null ? '' : `/${serviceTier}`}`;
  // Without a price there is no price point, and then no quantity either: the validator's rule.
  const priced = <T extends Cell>(cell: T): T | null => (isPriced ? cell : null);
  const cells: Readonly<Record<(typeof names)[number], Cell>> = {
    BilledCost: usd,
    BillingAccountId: account,
    BillingAccountName: account,
    BillingCurrency: 'USD',
    BillingPeriodStart: month(0),
    BillingPeriodEnd: month(1),
    ChargeCategory: 'Usage',
    ChargeClass: null,
    ChargeDescription: `${meter.name} of ${model ?? target}`,
    ChargeFrequency: 'Usage-Based',
    ChargePeriodStart: at.toISOString(),
    ChargePeriodEnd: new Date(hour + hourMs).toISOString(),
    ConsumedQuantity: priced(quantity),
    ConsumedUnit: priced(meter.unit),
    ContractedCost: usd,
    EffectiveCost: usd,
    InvoiceIssuerName: provider,
    ListCost: usd,
    PricingCategory: priced('Standard'),
    PricingCurrency: 'USD',
    PricingQuantity: priced(quantity),
    PricingUnit: priced(meter.unit),
    ProviderName: provider,
    PublisherName: provider,
    RegionId: region,
    ServiceCategory: 'AI and Machine Learning',
    ServiceSubcategory: 'Generative AI',
    ServiceName: target,
    SkuId: sku,
    SkuMeter: meter.name,
    SkuPriceId: priced(`${sku}/${meter.name}`),
    SubAccountId: tenant,
    SubAccountName: tenant,
    Tags: null,
    x_Route: route,
    x_SpentOn: charge,
    x_Estimated: cost?.estimated ?? null,
    x_Attempts: attempts,
    x_UnpricedQuantity: isPriced ? null : quantity,
  };
  return names.map((name) => cells[name]);
}
