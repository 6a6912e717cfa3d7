import { createRouter, type Plugin, type RouterOptions } from 'signalbox';
import { cache } from 'signalbox/cache';
import { type DataPolicyOptions, dataPolicy } from 'signalbox/data-policy';
import { guardrails, judge, moderationModel } from 'signalbox/guardrails';
import { memory } from 'signalbox/memory';
import { type Script, scriptedProvider, virtualClock } from 'signalbox/testing';
import { describe, expect, it } from 'vitest';
import { outcome } from '../../support/requests.ts';

const ask = { prompt: 'Is the order of Ann late?' };

/** A router whose every route has a target without tags first, and one in the EU. */
function policed(
  plugins: readonly Plugin[],
  scripts: Readonly<Record<string, Script>> = {},
  more: object = {},
) {
  const clock = virtualClock();
  const calls: string[] = [];
  const targetOf = (id: string, tags: readonly string[]) => {
    const scripted = scriptedProvider(id, [scripts[id.split(' ')[0] ?? ''] ?? {}], clock);
    return {
      provider: {
        ...scripted,
        chat: (call: Parameters<typeof scripted.chat>[0]) => {
          calls.push(id);
          return scripted.chat(call);
        },
        embed: (call: Parameters<NonNullable<typeof scripted.embed>>[0]) => {
          calls.push(id);
          return (scripted.embed as NonNullable<typeof scripted.embed>)(call);
        },
      },
      model: 'm',
      id,
      tags,
      price: { input: 1, output: 1 },
    };
  };
  const names = ['answers', 'checks', 'embeds'];
  const options: RouterOptions = {
    targets: names.flatMap((name) => [targetOf(`${name} anywhere`, []), targetOf(`${name} in eu`, ['eu'])]),
    routes: {
      default: { targets: ['answers anywhere', 'answers in eu'] },
      private: { targets: ['answers anywhere', 'answers in eu'] },
      checks: { targets: ['checks anywhere', 'checks in eu'] },
      embeds: { targets: ['embeds anywhere', 'embeds in eu'] },
    },
    clock,
    store: memory({ clock }),
    plugins,
    ...more,
  };
  return { router: createRouter(options), clock, calls };
}

/** Each way to require the EU of a request, and one that does not. */
const ways: readonly (readonly [name: string, policy: DataPolicyOptions, call: object])[] = [
  ['for all', { require: ['eu'] }, { tenant: 'acme' }],
  ['for a tenant', { tenants: { acme: ['eu'] } }, { tenant: 'acme' }],
  ['for a route', { routes: { private: ['eu'] } }, { tenant: 'acme', route: 'private' }],
  [
    'by a function',
    { requireFor: ({ tags }) => (tags.includes('secret') ? ['eu'] : []) },
    { tenant: 'acme', tags: ['secret'] },
  ],
  ['by the call', {}, { tenant: 'acme', dataPolicy: ['eu'] }],
];

const fine: Readonly<Record<string, Script>> = { checks: { text: '{"violates":false,"category":""}' } };
const isAbroad = (id: string): boolean => id.endsWith('anywhere');

describe.each(ways)('a policy %s', (_, policy, call) => {
  it('holds for the model of a judge, before and after the answer', async () => {
    const guard = judge({
      name: 'polite',
      route: 'checks',
      rule: 'The text is polite.',
      on: ['input', 'output'],
    });
    const { router, calls } = policed([dataPolicy(policy), guardrails([guard])], fine);
    await outcome(router.chat(ask, call));
    expect(calls.filter((id) => id.startsWith('checks')).length).toBeGreaterThan(0);
    expect(calls.filter(isAbroad)).toEqual([]);
  });

  it('holds for a moderation model', async () => {
    const guard = moderationModel({ route: 'checks', template: 'llama-guard' });
    const { router, calls } = policed([dataPolicy(policy), guardrails([guard])], {
      checks: { text: 'safe' },
    });
    await outcome(router.chat(ask, call));
    expect(calls.filter((id) => id.startsWith('checks')).length).toBeGreaterThan(0);
    expect(calls.filter(isAbroad)).toEqual([]);
  });

  it('holds for the embeddings of a semantic cache', async () => {
    const semantic = cache({ semantic: { routes: ['default', 'private'], embed: 'embeds' } });
    const { router, clock, calls } = policed([dataPolicy(policy), semantic]);
    const asking = router.chat(ask, call);
    await clock.advance(1_000);
    await asking;
    expect(calls).toContain('embeds in eu');
    expect(calls.filter(isAbroad)).toEqual([]);
  });

  it('holds for what a cache renews in the background', async () => {
    const { router, clock, calls } = policed([
      dataPolicy(policy),
      cache({ ttl: 1_000, staleWhileRevalidate: 100_000 }),
    ]);
    await router.chat(ask, call);
    await clock.advance(2_000);
    await router.chat(ask, call);
    await clock.advance(1_000);
    expect(calls).toEqual(['answers in eu', 'answers in eu']);
  });
});

describe('a policy', () => {
  it('gives no answer of a cache that was made elsewhere, also while it is being made', async () => {
    const { router, clock, calls } = policed([dataPolicy(), cache({ ttl: 100_000 })], {
      answers: { delay: 100 },
    });
    const first = router.chat(ask, { tenant: 'acme' });
    const second = router.chat(ask, { tenant: 'acme', dataPolicy: ['eu'] });
    await clock.advance(500);
    expect([(await first).target, (await second).target]).toEqual(['answers anywhere', 'answers in eu']);
    await router.chat(ask, { tenant: 'acme', dataPolicy: ['eu'] });
    await router.chat(ask, { tenant: 'acme' });
    expect(calls).toEqual(['answers anywhere', 'answers in eu']);
  });

  it('holds for guards while the route is not selected yet, whichever it will be', async () => {
    const guard = judge({ name: 'polite', route: 'checks', rule: 'The text is polite.', on: ['input'] });
    const plugins = [dataPolicy({ routes: { private: ['eu'] } }), guardrails([guard])];
    const { router, calls } = policed(plugins, fine, { select: () => 'private' });
    await router.chat(ask);
    expect(calls).toEqual(['checks in eu', 'answers in eu']);
  });

  it('leaves requests alone of which it requires nothing', async () => {
    const guard = judge({ name: 'polite', route: 'checks', rule: 'The text is polite.', on: ['input'] });
    const plugins = [dataPolicy({ tenants: { acme: ['eu'] } }), guardrails([guard])];
    const { router, calls } = policed(plugins, fine);
    await router.chat(ask, { tenant: 'other' });
    expect(calls).toEqual(['checks anywhere', 'answers anywhere']);
  });

  it('holds for each request of a batch', async () => {
    const { router, clock, calls } = policed([dataPolicy({ tenants: { acme: ['eu'] } })]);
    const job = await router.batch([ask, ask], { tenant: 'acme' });
    const reading = (async () => {
      for await (const _ of job.results) {
        // to its end
      }
    })();
    await clock.advance(10_000);
    await reading;
    expect(calls).toEqual(['answers in eu', 'answers in eu']);
    await router.close();
  });
});
