import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LinkedAbort } from '../../src/util/time/abort.ts';

const open = () => {
  const link = new LinkedAbort();
  return { signal: link.signal, abort: () => link.abort('why') };
};

describe('an abort of our own', () => {
  it('calls each listener once, in order, with the first reason', () => {
    const link = new LinkedAbort();
    const { signal } = link;
    const received: string[] = [];
    signal.addEventListener('abort', () => received.push(`a ${signal.reason}`));
    signal.addEventListener('abort', () => received.push('b'));
    link.abort('first');
    link.abort('second');
    expect([received, signal.aborted, signal.reason]).toEqual([['a first', 'b'], true, 'first']);
  });

  it('does not call a listener that another listener has just removed', () => {
    const link = new LinkedAbort();
    const { signal } = link;
    const received: string[] = [];
    const late = () => received.push('late');
    signal.addEventListener('abort', () => signal.removeEventListener('abort', late));
    signal.addEventListener('abort', late);
    link.abort('now');
    expect(received).toEqual([]);
  });

  it('keeps the order of listeners, however many are added and removed', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(6)), (steps) => {
        const { signal, abort } = open();
        const received: number[] = [];
        const listeners = Array.from({ length: 7 }, (_, number) => () => void received.push(number));
        let expected: number[] = [];
        for (const number of steps) {
          const listener = listeners[number] ?? (() => {});
          const isAdded = expected.includes(number);
          if (isAdded) signal.removeEventListener('abort', listener);
          else signal.addEventListener('abort', listener);
          expected = isAdded ? expected.filter((other) => other !== number) : [...expected, number];
        }
        abort();
        expect(received).toEqual(expected);
      }),
    );
  });

  it('follows its parent, of whichever kind, until it is unlinked', () => {
    const parents = [new LinkedAbort(), new AbortController()] as const;
    for (const parent of parents) {
      const linked = new LinkedAbort(parent.signal);
      const unlinked = new LinkedAbort(parent.signal);
      unlinked.unlink();
      parent.abort('why');
      expect([linked.signal.aborted, linked.signal.reason]).toEqual([true, 'why']);
      expect(unlinked.signal.aborted).toBe(false);
      expect(new LinkedAbort(parent.signal).signal.reason).toBe('why');
    }
  });
});
