import { describe, expect, it, vi } from 'vitest';
import { PlainHeaders, WebHeaders } from '../../src/transport/headers.ts';

const lines = { 'content-type': 'text/plain', 'x-request-id': 'r' };

describe.each([
  ['of a record', new PlainHeaders(lines)],
  ['of `fetch`', new WebHeaders(new Headers(lines))],
])('headers %s', (_, headers) => {
  it('have values by name and no others', () => {
    expect(headers.get('x-request-id')).toBe('r');
    expect(['toString', 'constructor', '__proto__', 'date'].map((name) => headers.get(name))).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
    expect(headers.pick(['date', 'content-type'])).toEqual([undefined, 'text/plain']);
  });

  it('are a plain record, which stays the same', () => {
    expect(headers.record()).toStrictEqual(lines);
    expect(headers.record()).toBe(headers.record());
  });
});

it('lists the headers of `fetch` only when all are read', () => {
  const given = new Headers(lines);
  const listed = vi.spyOn(given, Symbol.iterator as never);
  const headers = new WebHeaders(given);
  headers.get('x-request-id');
  headers.pick(['date']);
  expect(listed).not.toHaveBeenCalled();
  headers.record();
  expect(listed).toHaveBeenCalledOnce();
});
