import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRouter, type Plugin, type Price, type RouterEvent, type RouterOptions } from 'signalbox';
import { type Ledger, type LedgerOptions, type LedgerWriter, ledger } from 'signalbox/ledger';
import { type Script, scriptedProvider, type VirtualClock, virtualClock } from 'signalbox/testing';
import { afterEach, beforeEach, onTestFinished } from 'vitest';

/** A folder for each test. */
export function temporaryFolder(): { readonly path: (name: string) => string } {
  let folder = '';
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'signalbox-ledger-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));
  return { path: (name) => join(folder, name) };
}

/** 1,000 tokens in and 500 out cost 3,000 micro-US$. */
export const usual: Script = { usage: { inputTokens: 1_000, outputTokens: 500 } };
export const price = { input: 1, output: 4 } as const;

export interface World {
  readonly clock: VirtualClock;
  readonly router: ReturnType<typeof createRouter>;
  readonly usage: Ledger;
  readonly events: RouterEvent[];
}

/** A router of two targets, `a/m` and `b/m`, with a ledger. */
export function worldWith(
  writer: LedgerWriter,
  {
    scripts = {},
    options = {},
    router: more = {},
    start,
    price: priceOf = price,
  }: {
    readonly scripts?: Readonly<Record<string, readonly Script[]>>;
    readonly options?: LedgerOptions;
    readonly router?: Partial<RouterOptions>;
    readonly start?: number;
    readonly price?: Price;
  } = {},
): World {
  const clock = virtualClock(start);
  const usage = ledger(writer, { auditConfig: false, ...options });
  const { plugins = [], ...rest } = more;
  const all: readonly Plugin[] = [...plugins, usage];
  const router = createRouter({
    targets: ['a', 'b'].map((name) => ({
      id: `${name}/m`,
      provider: scriptedProvider(name, scripts[name] ?? [usual], clock),
      model: 'm',
      price: priceOf,
    })),
    clock,
    ...rest,
    plugins: all,
  });
  const events: RouterEvent[] = [];
  router.on('*', (event) => events.push(event));
  onTestFinished(() => router.close());
  return { clock, router, usage, events };
}

export async function listed<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
}
