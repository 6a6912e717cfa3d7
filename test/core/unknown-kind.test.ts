import { createRouter, type ProviderErrorKind } from 'signalbox';
import { scriptedProvider } from 'signalbox/testing';
import { describe, expect, it } from 'vitest';

describe('a failure of a kind that does not exist', () => {
  it('fails over like one of unknown cause', async () => {
    const kind: string = 'unavailable';
    const price = { input: 1, output: 1 };
    const router = createRouter({
      log: false,
      targets: [
        {
          provider: scriptedProvider('a', [{ error: { kind: kind as ProviderErrorKind } }]),
          model: 'm',
          price,
        },
        { provider: scriptedProvider('b', [{}]), model: 'm', price },
      ],
    });
    const { target } = await router.chat({ prompt: 'Hi' });
    expect(target).toBe('b/m');
  });
});
