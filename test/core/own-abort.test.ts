import { describe, expect, it } from 'vitest';
import { LinkedAbort } from '../../src/util/time/abort.ts';

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
