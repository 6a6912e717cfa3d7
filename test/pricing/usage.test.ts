import { createRouter, type Usage } from 'signalbox';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { events, type FaultServer, faultServer, json } from '../support/fault-server.ts';
import { read } from '../support/requests.ts';
import { type Row, rates } from './rows/row.ts';
import { served, tools } from './rows/served.ts';
import { nothing, tokens } from './rows/tokens.ts';
import { microsOf, providers, toEvent } from './vendors.ts';

describe.each([
  ['tokens, as each vendor counts them', tokens],
  ['an empty usage', nothing],
  ['how an answer was served', served],
  ['what the vendor’s tools did', tools],
])('%s', (_, rows) => {
  let server: FaultServer;
  beforeEach(async () => {
    server = await faultServer();
  });
  afterEach(() => server.close());

  it.each(rows)('$name', async (row) => {
    const { wire } = row;
    const router = routerOf(row, server.url);
    const bills: unknown[] = [];
    router.on('usage', ({ usage, cost, serviceTier, region }) => {
      bills.push({ usage, micros: microsOf(cost), serviceTier, region });
    });
    const ask = { prompt: 'Hi', ...(row.options === undefined ? {} : { providerOptions: row.options }) };
    server.behave(json(wire.answer, 200, wire.headers));
    const whole = await router.chat(ask);
    server.behave(events(wire.stream.map(toEvent), 'end', wire.headers));
    const opened = await router.stream(ask);
    await read(opened);
    const { source = 'declared', estimated = false, served: how = {}, micros } = row;
    for (const { usage, cost, response } of [whole, await opened.result]) {
      expect(known(usage)).toEqual(row.usage);
      expect({ micros: microsOf(cost), source: cost?.source, estimated: cost?.estimated }).toEqual({
        micros,
        source: micros === undefined ? undefined : source,
        estimated: micros === undefined ? undefined : estimated,
      });
      const { serviceTier, region } = response;
      expect({ serviceTier, region }).toEqual({ serviceTier: undefined, region: undefined, ...how });
    }
    const bill = { usage: row.usage, micros, serviceTier: how.serviceTier, region: how.region };
    expect(bills).toEqual([bill, bill]);
  });
});

function routerOf({ provider, model = 'm', price = rates }: Row, url: string) {
  const declared = price === 'catalog' ? {} : { price };
  return createRouter({ targets: [{ provider: providers[provider](url), model, ...declared }] });
}

function known(usage: Usage): Usage {
  return Object.fromEntries(Object.entries(usage).filter(([, count]) => count !== undefined));
}
