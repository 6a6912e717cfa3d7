import type { Plugin } from 'signalbox';
import { describe, expect, it } from 'vitest';
import { world } from '../support/requests.ts';

describe('routed', () => {
  const seen: (string | undefined)[] = [];
  const plugins: Plugin[] = [
    {
      name: 'routed',
      routed({ route, request }) {
        seen.push(route);
        return { ...request, temperature: 0 } as typeof request;
      },
    },
  ];

  it('replaces a request whose route `select` has chosen', async () => {
    const options = { plugins, routes: { slow: {} }, select: () => 'slow' as const };
    const { router, providers } = world({ a: [{}] }, options);
    await router.chat({ prompt: 'Hi' });
    expect(seen).toEqual(['slow']);
    expect(providers['a']?.calls[0]).toMatchObject({ temperature: 0 });
  });

  it('is not called for a call that names its route', async () => {
    seen.length = 0;
    const options = { plugins, routes: { slow: {} }, select: () => 'slow' as const };
    const { router } = world({ a: [{}] }, options);
    await router.chat({ prompt: 'Hi' }, { route: 'slow' });
    expect(seen).toEqual([]);
  });
});
