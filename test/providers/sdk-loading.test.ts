import { createRouter, type Provider } from 'signalbox';
import { scriptedProvider, virtualClock } from 'signalbox/testing';
import { describe, expect, it } from 'vitest';
import { lazyClient } from '../../src/providers/shared/sdk-client.ts';
import { rejection } from '../support/requests.ts';

const price = { input: 1, output: 1 };
const peer = 'some-sdk';
const noHandles = Object.assign(
  new Error(`EMFILE: too many open files, open '/app/node_modules/${peer}/index.js'`),
  {
    code: 'EMFILE',
  },
);

/** A provider whose SDK cannot be loaded as often as there are errors, and then can. */
function loading(...errors: readonly unknown[]): {
  readonly provider: Provider;
  readonly loads: () => number;
} {
  let loads = 0;
  const client = lazyClient(
    'a',
    peer,
    async () => {
      const error = errors[loads];
      loads += 1;
      if (error !== undefined) throw error;
      return {};
    },
    () => scriptedProvider('a'),
  );
  return {
    loads: () => loads,
    provider: {
      name: 'a',
      chat: async (call) => (await client()).chat(call),
      async *stream(call) {
        yield* (await client()).stream(call);
      },
    },
  };
}

const routerOver = (provider: Provider, ...others: readonly Provider[]) => {
  const clock = virtualClock();
  const targets = [provider, ...others].map((each) => ({ id: each.name, provider: each, model: 'm', price }));
  return { clock, router: createRouter({ targets, clock, random: () => 0.5 }) };
};

describe('an SDK that cannot be loaded for the moment', () => {
  it.each(['chat', 'stream'] as const)(
    'is loaded again with the next request, and %s fails over meanwhile',
    async (how) => {
      const { provider, loads } = loading(noHandles, noHandles);
      const { router } = routerOver(provider, scriptedProvider('b'));
      const targets: string[] = [];
      for (let count = 0; count < 4; count++) targets.push((await router[how]({ prompt: 'Hi' })).target);
      expect(targets).toEqual(['b', 'b', 'a', 'a']);
      expect(loads()).toBe(3);
      expect(router.stats()[0]).toMatchObject({ health: 'healthy', failures: 0 });
      await router.close();
    },
  );

  it('is loaded again for a request that has no other target', async () => {
    const { router, clock } = routerOver(loading(noHandles).provider);
    const asking = router.chat({ prompt: 'Hi' });
    await clock.advance(1_000);
    expect(await asking).toMatchObject({ target: 'a', attempts: [{ billed: 'no' }, { outcome: 'success' }] });
  });

  it.each([
    ['Node without file handles', noHandles],
    [
      'Node without file handles, at the package’s own file',
      new Error('Cannot read package config /app/package.json: too many open files.'),
    ],
    [
      'Deno without permission',
      new TypeError(
        'Requires read access to "/app/node_modules/some-sdk/index.mjs", run again with the --allow-read flag',
      ),
    ],
    [
      'a package that misses one of its own',
      new Error("Cannot find package 'p-retry' imported from /app/node_modules/some-sdk/index.mjs"),
    ],
    [
      'a browser that is offline',
      new TypeError('Failed to fetch dynamically imported module: https://cdn.example/some-sdk/index.mjs'),
    ],
  ])('reports the real reason: %s', async (_, reason) => {
    const error = await rejection(
      lazyClient(
        'a',
        peer,
        () => Promise.reject(reason),
        () => ({}),
      )(),
    );
    expect(error).toMatchObject({ code: 'provider', vendorCode: 'sdk_not_loaded' });
    expect((error as Error).message).toContain(reason.message);
  });

  it('makes one client for requests that load it at the same time', async () => {
    let made = 0;
    const client = lazyClient(
      'a',
      peer,
      async () => ({}),
      () => ({ number: ++made }),
    );
    const all = await Promise.all([client(), client(), client()]);
    expect(new Set(all).size).toBe(1);
  });
});

describe('an SDK that is not installed', () => {
  it.each([
    ['Node', "Cannot find package 'some-sdk' imported from /app/node_modules/signalbox/dist/a.js"],
    ['Bun', "Cannot find package 'some-sdk' from '/app/node_modules/signalbox/dist/a.js'"],
    ['Deno', 'Relative import path "some-sdk" not prefixed with / or ./ or ../'],
    ['workerd', 'No such module "some-sdk".'],
    ['Chromium', "Failed to resolve module specifier 'some-sdk'"],
    ['webpack', "Cannot find module 'some-sdk'"],
  ])('is reported as such, from the message of %s', async (_, message) => {
    const error = await rejection(
      lazyClient(
        'a',
        peer,
        () => Promise.reject(new TypeError(message)),
        () => ({}),
      )(),
    );
    expect(error).toMatchObject({ code: 'config', message: expect.stringContaining('to be installed') });
  });
});
