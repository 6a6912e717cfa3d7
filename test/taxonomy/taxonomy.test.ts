import type { ProviderErrorKind } from 'signalbox';
import { expect, it } from 'vitest';
import { describeRows } from './describe-rows.ts';
import { rows } from './rows.ts';

describeRows('every failure in every vendor’s words', rows);

it('covers every kind that a vendor’s error can have', () => {
  const reported: readonly ProviderErrorKind[] = [
    'rate-limit',
    'quota',
    'overloaded',
    'server',
    'timeout',
    'auth',
    'not-found',
    'bad-request',
    'context-length',
    'content-filter',
    'malformed',
  ];
  expect(new Set(rows.map(({ expected }) => expected.kind))).toEqual(new Set(reported));
});
