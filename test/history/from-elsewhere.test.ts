import { createRouter, type Provider, type Router } from 'signalbox';
import { anthropic } from 'signalbox/anthropic';
import { google } from 'signalbox/google';
import { openai } from 'signalbox/openai';
import { openrouter } from 'signalbox/openai-compatible';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type FaultServer, faultServer } from '../support/fault-server.ts';
import { answerWith } from '../support/vendor-answers.ts';
import type { InterfaceName } from '../wire/interfaces.ts';
import { cells, expected, signed, type VendorName } from './from-elsewhere.ts';

interface Vendor {
  readonly speaks: InterfaceName;
  readonly model: string;
  create(url: string, account: string): Provider;
}

const key = (account: string): { readonly apiKey: string } => ({ apiKey: `key-of-${account}` });
const vendors: Readonly<Record<VendorName, Vendor>> = {
  claude: {
    speaks: 'anthropic',
    model: 'claude-haiku-4-5',
    create: (baseURL, account) => anthropic({ baseURL, ...key(account) }),
  },
  gpt: {
    speaks: 'openai-responses',
    model: 'gpt-5-mini',
    create: (url, account) => openai({ baseURL: `${url}/v1`, api: 'responses', ...key(account) }),
  },
  gemini: {
    speaks: 'google',
    model: 'gemini-2.5-flash',
    create: (baseURL, account) => google({ baseURL, ...key(account) }),
  },
  openrouter: {
    speaks: 'compatible',
    model: 'anthropic/claude-haiku-4.5',
    create: (url, account) => openrouter({ baseURL: `${url}/v1`, ...key(account) }),
  },
};
const names = Object.keys(vendors) as VendorName[];

/** A router with these accounts of each vendor, each at a server of its own; targets are named `vendor-account`. */
interface Stage {
  readonly router: Router;
  sentTo(target: string): string;
  close(): Promise<void>;
}

async function stage(accounts: readonly string[]): Promise<Stage> {
  const servers = new Map<string, FaultServer>();
  const targets = await Promise.all(
    names.flatMap((name) =>
      accounts.map(async (account) => {
        const { speaks, model, create } = vendors[name];
        const id = `${name}-${account}`;
        const server = await faultServer(answerWith(speaks, 'Blue.'));
        servers.set(id, server);
        return { provider: create(server.url, account), model, id };
      }),
    ),
  );
  const router = createRouter({ targets, catalog: false }) as unknown as Router;
  return {
    router,
    sentTo: (target) => servers.get(target)?.received.at(-1)?.text ?? '',
    async close() {
      await router.close();
      await Promise.all([...servers.values()].map((server) => server.close()));
    },
  };
}

/** All strings and objects anywhere in a body. */
function within(value: unknown): readonly unknown[] {
  if (typeof value !== 'object' || value === null) return [value];
  return [value, ...Object.values(value).flatMap(within)];
}

const secrets = /SIGNED-BY-\w+/g;

describe.each(cells)('a conversation that $face brings from $vendor', ({ vendor, ask, parts }) => {
  describe.each([false, true])('streamed: %s', (stream) => {
    let now: Stage;
    afterEach(() => now.close());

    describe('where the router has one account of each vendor', () => {
      beforeEach(async () => {
        now = await stage(['a']);
      });

      it('goes back to its vendor as the vendor gave it', async () => {
        await ask(now.router, `${vendor}-a`, stream);
        const seen = within(JSON.parse(now.sentTo(`${vendor}-a`)));
        const own = (parts ?? expected[vendor]).filter((part) =>
          JSON.stringify(part).includes(signed[vendor]),
        );
        for (const part of own) expect(seen).toContainEqual(part);
      });

      it.each(names.filter((name) => name !== vendor))('goes to %s without signatures', async (other) => {
        await ask(now.router, `${other}-a`, stream);
        expect(now.sentTo(`${other}-a`)).toContain('blue');
        expect(now.sentTo(`${other}-a`)).not.toMatch(secrets);
      });

      it('is sent without signatures if the application declares that no target made them', async () => {
        await ask(now.router, `${vendor}-a`, stream, { from: [] });
        expect(now.sentTo(`${vendor}-a`)).toContain('blue');
        expect(now.sentTo(`${vendor}-a`)).not.toMatch(secrets);
      });
    });

    describe('where the router has two accounts of each vendor', () => {
      beforeEach(async () => {
        now = await stage(['a', 'b']);
      });

      it('goes to neither with signatures', async () => {
        for (const account of ['a', 'b']) {
          await ask(now.router, `${vendor}-${account}`, stream);
          expect(now.sentTo(`${vendor}-${account}`)).toContain('blue');
          expect(now.sentTo(`${vendor}-${account}`)).not.toMatch(secrets);
        }
      });

      it('goes back to the account that the application names, and to no other', async () => {
        const history = { from: `${vendor}-b` };
        await ask(now.router, `${vendor}-b`, stream, history);
        expect(now.sentTo(`${vendor}-b`)).toContain(signed[vendor]);
        await ask(now.router, `${vendor}-a`, stream, history);
        expect(now.sentTo(`${vendor}-a`)).toContain('blue');
        expect(now.sentTo(`${vendor}-a`)).not.toMatch(secrets);
      });
    });
  });
});
