import { isRouterError, rules as rulesOf } from 'signalbox';
import { describe, expect, it } from 'vitest';
import { world } from '../support/requests.ts';

const routes = { agents: { targets: ['b'] }, cheap: { targets: ['c'] } };
const targets = { a: [{}], b: [{}], c: [{}] };
const rules = [
  { when: ({ tools }: { readonly tools?: readonly unknown[] }) => tools !== undefined, use: 'agents' },
  {
    when: (_: unknown, { metadata }: { readonly metadata: Readonly<Record<string, unknown>> }) =>
      metadata['plan'] === 'free',
    use: 'cheap',
  },
] as const;

describe('rules() as a select', () => {
  it('takes the route of the first rule that matches', async () => {
    const { router } = world(targets, { routes, select: rulesOf(rules, 'default') });
    const tools = [{ name: 't', inputSchema: {} }];
    const free = { metadata: { plan: 'free' } };
    expect((await router.chat({ prompt: '?', tools }, free)).target).toBe('b');
    expect((await router.chat({ prompt: '?' }, free)).target).toBe('c');
    expect((await router.chat({ prompt: '?' })).target).toBe('a');
  });

  it('takes another route than the default where no rule matches, if one is given', async () => {
    const { router } = world(targets, { routes, select: rulesOf(rules, 'b') });
    expect((await router.chat({ prompt: '?' })).target).toBe('b');
  });

  it('never fails a request: a rule that throws is noted in the decision', async () => {
    const when = () => {
      throw new Error('mine');
    };
    const { router } = world(targets, { routes, select: rulesOf([{ when, use: 'cheap' }], 'default') });
    expect((await router.explain({ prompt: '?' })).selected).toEqual({
      by: 'select',
      route: 'default',
      failed: 'error',
    });
  });

  it('matches on `true` only, so a promise is no match', async () => {
    const when = (() => Promise.resolve(false)) as unknown as () => boolean;
    const { router } = world(targets, { routes, select: rulesOf([{ when, use: 'cheap' }], 'default') });
    expect((await router.chat({ prompt: '?' })).target).toBe('a');
  });

  it.each<[string, unknown]>([
    ['rules()', 'cheap'],
    ['rules([0]).when', [{ use: 'cheap' }]],
    ['rules([0]).when', [null]],
    ['rules([1]).use', [rules[0], { when: () => true }]],
  ])('refuses a wrong %s', (option, wrong) => {
    try {
      (rulesOf as (rules: unknown, otherwise: string) => unknown)(wrong, 'default');
      throw new Error('was not refused');
    } catch (error) {
      expect(isRouterError(error, 'config') && error.option).toBe(option);
    }
  });
});
