// One process of several that write to one file: counts, and leases from one amount.
import { sqlite } from '../../src/stores/sqlite/index.ts';

const [path = '', name = '', rounds = ''] = process.argv.slice(2);
const store = sqlite(path, { lockTimeout: 60_000 });
let used = 0;
for (let round = 1; round <= Number(rounds); round++) {
  await store.publish([{ key: 'counts', add: { all: 1, [name]: 1 }, ttl: 3_600_000 }]);
  const { granted } = await store.lease({
    key: 'money',
    holder: name,
    sequence: round,
    limit: 1_000_000,
    want: 10_000,
    used,
    ttl: 60_000,
    keep: 3_600_000,
  });
  used += granted;
}
await store.close?.();
