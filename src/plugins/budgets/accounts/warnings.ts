import type { PluginHost } from '../../../types/plugin.ts';
import type { Account } from './account.ts';
import { fromFractions } from './fractions.ts';

/** Milliseconds after which a rolling limit warns again. */
const rollingPause = 3_600_000;

/** Emits a warning when an account reaches a ratio: once per ratio and period, by the first process that notices. */
export function warnings({ store, emit }: PluginHost) {
  const warned = new WeakMap<Account, number>();
  return async (account: Account, key: () => Promise<string>): Promise<void> => {
    const { rule, subject, amount, used, period } = account;
    const ratios = rule.over === 'warn' ? [...rule.warnAt, 1] : rule.warnAt;
    const ratio = ratios.findLast((each) => used >= each * amount);
    if (ratio === undefined || ratio <= (warned.get(account) ?? 0)) return;
    warned.set(account, ratio);
    const ttl = period === undefined ? rollingPause : period.end - period.start;
    const mark = `${await key()}/warned/${ratio}`;
    const isFirst = await store.set(mark, '1', { ttl, onlyIf: 'absent' }).catch(() => 'unknown');
    if (isFirst === undefined) return;
    emit({
      type: 'budget-warning',
      limit: rule.name,
      subject: subject === '' ? undefined : subject,
      unit: rule.unit,
      ratio,
      spent: fromFractions(rule, used),
      amount: fromFractions(rule, amount),
      periodEnd: period?.end,
    });
  };
}
