import { byRules, isRouterError } from 'signalbox';
import { describe, expect, it } from 'vitest';
import { world } from '../support/requests.ts';

const routes = { agents: { targets: ['b'] }, cheap: { targets: ['c'] } };
const targets = { a: [{}], b: [{}], c: [{}] };
const rules = [
  { when: ({ tools }: { readonly tools?: readonly unknown[] }) => tools !== undefined, route: 'agents' },
  {
    when: (_: unknown, { metadata }: { readonly metadata: Readonly<Record<string, unknown>> }) =>
      metadata['plan'] === 'free',
    route: 'cheap',
  },
] as const;

describe('byRules', () => {
  it('takes the route of the first rule that matches', async () => {
    const { router } = world(targets, { routes, select: byRules(rules) });
    const tools = [{ name: 't', inputSchema: {} }];
    const free = { metadata: { plan: 'free' } };
    expect((await router.chat({ prompt: '?', tools }, free)).target).toBe('b');
    expect((await router.chat({ prompt: '?' }, free)).target).toBe('c');
    expect((await router.chat({ prompt: '?' })).target).toBe('a');
  });

  it('takes another route than the default where no rule matches, if told to', async () => {
    const { router } = world(targets, { routes, select: byRules(rules, 'b') });
    expect((await router.chat({ prompt: '?' })).target).toBe('b');
  });

  it('never fails a request: a rule that throws is told in the decision', async () => {
    const when = () => {
      throw new Error('mine');
    };
    const { router } = world(targets, { routes, select: byRules([{ when, route: 'cheap' }]) });
    expect((await router.explain({ prompt: '?' })).selected).toEqual({
      by: 'select',
      route: 'default',
      failed: 'error',
    });
  });

  it('takes nothing but `true` for a match, so that a promise is none', async () => {
    const when = (() => Promise.resolve(false)) as unknown as () => boolean;
    const { router } = world(targets, { routes, select: byRules([{ when, route: 'cheap' }]) });
    expect((await router.chat({ prompt: '?' })).target).toBe('a');
  });

  it.each<[string, unknown]>([
    ['byRules', 'cheap'],
    ['byRules[0].when', [{ route: 'cheap' }]],
    ['byRules[0].when', [null]],
    ['byRules[1].route', [rules[0], { when: () => true }]],
  ])('refuses a wrong %s', (option, wrong) => {
    try {
      (byRules as (rules: unknown) => unknown)(wrong);
      throw new Error('was not refused');
    } catch (error) {
      expect(isRouterError(error, 'config') && error.option).toBe(option);
    }
  });
});
