import type { Cost, Usage } from '../../../types/result/usage.ts';
import { fromNanos, toNanos } from '../../shared/nanos.ts';
import type { LedgerRow } from '../reading.ts';
import type { Cell, Table } from './table.ts';

/**
 * The versions of FOCUS, the FinOps cost and usage specification, that can be written. 1.4 (https://focus.finops.org/focus-specification/v1-4/)
 * names the parties `ServiceProviderName` and `HostProviderName`; 1.2, which many tools still read, `ProviderName` and `PublisherName`.
 */
export const focusVersions = ['1.4', '1.2'] as const;
/** A version of FOCUS, the FinOps Foundation's billing format. */
export type FocusVersion = (typeof focusVersions)[number];

const parties: Readonly<Record<FocusVersion, readonly string[]>> = {
  '1.4': ['HostProviderName', 'InvoiceIssuerName', 'ServiceProviderName'],
  '1.2': ['InvoiceIssuerName', 'ProviderName', 'PublisherName'],
};

/**
 * The columns of its Cost and Usage data set: all mandatory and recommended ones, and the conditional ones that apply. Those for
 * commitments, allocations, resources, invoices and unit prices do not apply. Our own begin with `x_`.
 */
const names = [
  'AvailabilityZone',
  'BilledCost',
  'BillingAccountId',
  'BillingAccountName',
  'BillingCurrency',
  'BillingPeriodEnd',
  'BillingPeriodStart',
  'ChargeCategory',
  'ChargeClass',
  'ChargeDescription',
  'ChargeFrequency',
  'ChargePeriodEnd',
  'ChargePeriodStart',
  'ConsumedQuantity',
  'ConsumedUnit',
  'ContractedCost',
  'EffectiveCost',
  'ListCost',
  'PricingCategory',
  'PricingCurrency',
  'PricingCurrencyEffectiveCost',
  'PricingQuantity',
  'PricingUnit',
  'RegionId',
  'RegionName',
  'ServiceCategory',
  'ServiceName',
  'ServiceSubcategory',
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
  /** `BillingAccountId`: the account that is billed; must not be empty. @default 'default' */
  readonly billingAccount?: string;
  /** The version of the specification. @default '1.4' */
  readonly focusVersion?: FocusVersion;
}

const hourMs = 3_600_000;

/** One row per hour, tenant, tags, target and meter. */
export function focusTable(
  rows: AsyncIterable<LedgerRow>,
  { billingAccount = 'default', focusVersion = '1.4' }: FocusOptions,
): Table {
  const made = async function* () {
    const sums = new Map<string, Sum>();
    for await (const row of rows) addTo(sums, row);
    const sorted = [...sums.values()].toSorted((a, b) => a.hour - b.hour);
    for (const sum of sorted) {
      const { provider } = sum.row;
      yield [...parties[focusVersion].map(() => provider), ...cellsOf(sum, billingAccount)];
    }
  };
  return { names: [...parties[focusVersion], ...names], rows: made() };
}

function addTo(sums: Map<string, Sum>, row: LedgerRow): void {
  if (row.billed === 'no' || row.charge === 'cached') return;
  const hour = Math.floor(row.at / hourMs) * hourMs;
  const { tenant, route, target, charge, serviceTier, region, cost, usage } = row;
  const tags = tagsOf(row);
  for (const meter of meters) {
    const quantity = meter.quantity(usage);
    const nanos = cost === null ? 0 : toNanos(meter.cost(cost));
    // Requests are a meter only if they have a fee, or if a vendor reported only a total.
    if (meter.name === 'Requests' ? nanos === 0 : quantity === 0 && nanos === 0) continue;
    const key = JSON.stringify([
      hour,
      tenant,
      tags,
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
  const { model, target, tenant, serviceTier, region, charge, route, cost } = row;
  const at = new Date(hour);
  const month = (more: number): string => timeOf(Date.UTC(at.getUTCFullYear(), at.getUTCMonth() + more));
  const usd = fromNanos(nanos);
  const sku = `${model ?? target}${serviceTier === null ? '' : `/${serviceTier}`}`;
  // Without a price there is no price point, and then no quantity either: the validator's rule.
  const priced = <T extends Cell>(cell: T): T | null => (isPriced ? cell : null);
  const cells: Readonly<Record<(typeof names)[number], Cell>> = {
    AvailabilityZone: null,
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
    ChargePeriodStart: timeOf(hour),
    ChargePeriodEnd: timeOf(hour + hourMs),
    ConsumedQuantity: priced(quantity),
    ConsumedUnit: priced(meter.unit),
    ContractedCost: usd,
    EffectiveCost: usd,
    ListCost: usd,
    PricingCategory: priced('Standard'),
    PricingCurrency: 'USD',
    PricingCurrencyEffectiveCost: usd,
    PricingQuantity: priced(quantity),
    PricingUnit: priced(meter.unit),
    RegionId: region,
    RegionName: region,
    ServiceCategory: 'AI and Machine Learning',
    ServiceSubcategory: 'Generative AI',
    ServiceName: target,
    SkuId: sku,
    SkuMeter: meter.name,
    SkuPriceId: priced(`${sku}/${meter.name}`),
    SubAccountId: tenant,
    SubAccountName: tenant,
    Tags: tagsOf(row),
    x_Route: route,
    x_SpentOn: charge,
    x_Estimated: cost?.estimated ?? null,
    x_Attempts: attempts,
    x_UnpricedQuantity: isPriced ? null : quantity,
  };
  return names.map((name) => cells[name]);
}

/** Labels without a value are `true` in FOCUS. */
function tagsOf({ tags }: LedgerRow): string | null {
  const sorted = [...new Set(tags)].toSorted();
  return sorted.length === 0 ? null : JSON.stringify(Object.fromEntries(sorted.map((tag) => [tag, true])));
}

/** `2026-11-28T13:00:00Z` */
function timeOf(at: number): string {
  return `${new Date(at).toISOString().slice(0, 19)}Z`;
}
