import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ScenarioName, scenarios } from '../../conformance/scenarios.ts';
import { type Behavior, events, type FaultServer, faultServer, json } from '../../support/fault-server.ts';
import { type Asked, generated, streamed } from './answers.ts';
import { askedOf } from './cases.ts';
import { changes } from './changes.ts';
import { differenceOf, wide } from './differences.ts';
import { recorded } from './recorded.ts';
import { overAiSdk, overOfficial, type Vendor, vendors } from './vendors.ts';

interface Case {
  readonly name: string;
  readonly asked: Asked;
  readonly answer: unknown;
  readonly stream: readonly string[];
}

/** What the AI SDK's own provider fails at, with the answers that all our providers are tested by. */
const beyond: Readonly<Record<string, readonly ScenarioName[]>> = {
  // No text files and no audio can be asked; the wire's probabilities and citations leave out what its schemas demand.
  'openai chat': ['a text file', 'log probabilities', 'citations'],
  'openai responses': ['a text file', 'an audio file'],
  // An answer without usage or with a block that is newer than it, it takes for none; so too a citation that is not whole.
  anthropic: ['citations', 'usage missing', 'unknown fields'],
};

function casesOf(vendor: Vendor): readonly Case[] {
  const shared = (Object.keys(scenarios) as ScenarioName[]).flatMap((name): readonly Case[] => {
    const wire = vendor.fixture.wires[name];
    const asked = askedOf(name, vendor);
    if ('skip' in wire || asked === undefined || beyond[vendor.name]?.includes(name) === true) return [];
    return [{ name, asked, ...wire }];
  });
  return [...shared, ...recorded.filter((one) => one.vendor === vendor.name)];
}

const ways = [
  { way: 'generateText', ask: generated, serve: ({ answer }: Case): Behavior => json(answer) },
  { way: 'streamText', ask: streamed, serve: ({ stream }: Case): Behavior => events(stream) },
] as const;

let server: FaultServer;
beforeEach(async () => {
  server = await faultServer();
});
afterEach(() => server.close());

describe.each(vendors)('$name', (vendor) => {
  const cases = casesOf(vendor);

  describe.each(ways)('$way', ({ way, ask, serve }) => {
    it.each(cases)('$name: a model of the AI SDK behind the router is as it is without', async (one) => {
      server.behave(serve(one));
      const direct = await ask(vendor.direct(server.url), one.asked);
      const routed = await ask(overAiSdk(vendor, server.url), one.asked);
      expect(server.received).toHaveLength(2);
      expect(server.received[1]?.text).toBe(server.received[0]?.text);
      expect(routed).toEqual(direct);
    });

    it.each(cases)('$name: the official SDK behind the router gives the same', async (one) => {
      server.behave(serve(one));
      const direct = await ask(vendor.direct(server.url), one.asked);
      const routed = await ask(overOfficial(vendor, server.url), one.asked);
      const left = changes(direct, routed).filter(
        (line) => !wide[vendor.name]?.some(({ line: known }) => known.test(line)),
      );
      expect(left).toEqual(differenceOf(vendor.name, one.name, way));
    });
  });
});
