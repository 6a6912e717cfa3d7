// The fault matrix as a table: what each vendor's target does wrong, the expected outcome, and the actual one. Real
// SDKs over real sockets, in full size. `npm run faults`, or a part: `-- --row 12 --provider anthropic`; `-- --brief` tells of what
// came out alike for several of them once; `-- --cache` plays with a cache, and repeats each request when the vendors have recovered.
import { isDeepStrictEqual, parseArgs } from 'node:util';
import { outcome } from '../support/requests.ts';
import { playedElsewhere, rows } from './rows.ts';
import { type Facts, withCache, withOwnStore } from './stage.ts';
import { vendors } from './vendors.ts';

const { values } = parseArgs({
  options: {
    row: { type: 'string' },
    provider: { type: 'string' },
    brief: { type: 'boolean' },
    cache: { type: 'boolean' },
  },
});

/** Facts in a line: `chat: answer T2, hits 1; stream: …`. */
function inWords(value: unknown): string {
  if (Array.isArray(value)) return value.length === 0 ? 'none' : value.map(inWords).join(' → ');
  if (typeof value !== 'object' || value === null) return String(value);
  const entries = Object.entries(value as Facts);
  const nested = entries.some(([, fact]) => typeof fact === 'object' && !Array.isArray(fact));
  return entries
    .map(([name, fact]) => `${name}${nested ? ': ' : ' '}${inWords(fact)}`)
    .join(nested ? '; ' : ', ');
}

/** Ways with the same outcome are printed once. */
function brief(facts: Facts): string {
  const { chat, stream, ...rest } = facts;
  const same = chat !== undefined && isDeepStrictEqual(chat, stream) && Object.keys(rest).length === 0;
  return (same ? `chat and stream: ${inWords(chat)}` : inWords(facts))
    .replaceAll('|', '\\|')
    .replaceAll('\n', ' ');
}

interface Played {
  readonly vendor: string;
  readonly expected: string;
  readonly seen: string;
  readonly ok: boolean;
}

function print(...cells: readonly (string | number)[]): void {
  console.log(`| ${cells.join(' | ')} |`);
}

/** A line for each provider; or, in brief, for each outcome. */
function tell(number: number, fault: string, played: readonly Played[]): void {
  if (values.brief !== true) {
    for (const { vendor, expected, seen, ok } of played)
      print(number, fault, vendor, expected, seen, ok ? 'ok' : '**FAILED**');
    return;
  }
  for (const outcome of new Set(played.map(({ seen }) => seen))) {
    const alike = played.filter(({ seen }) => seen === outcome);
    const names = alike.map(({ vendor }) => vendor).join(', ');
    print(number, fault, names, outcome, alike.every(({ ok }) => ok) ? 'ok' : '**FAILED**');
  }
}

if (values.brief === true) {
  print('row', 'fault', 'providers', 'expected and seen', '');
  print('---:', '---', '---', '---', '---');
} else {
  print('row', 'fault', 'provider', 'expected', 'seen', '');
  print('---:', '---', '---', '---', '---', '---');
}
let failed = 0;
let total = 0;
const lines = [...rows, ...playedElsewhere]
  .filter(({ number }) => values.cache !== true || !withOwnStore.includes(number))
  .toSorted((a, b) => a.number - b.number);
for (const row of lines) {
  if (values.row !== undefined && Number(values.row) !== row.number) continue;
  if ('where' in row) {
    print(row.number, row.fault, '', ...(values.brief === true ? [] : ['']), row.where, '');
    continue;
  }
  const played: Played[] = [];
  for (const name of row.vendors) {
    if (values.provider !== undefined && values.provider !== name) continue;
    const vendor = vendors[name];
    const expected = row.expected(vendor);
    const play = () => row.play(vendor, true);
    const settled = await outcome(values.cache === true ? withCache(play) : play());
    const ok = 'value' in settled && isDeepStrictEqual(settled.value, expected);
    const seen = 'value' in settled ? brief(settled.value) : String(settled.error);
    played.push({ vendor: name, expected: brief(expected), seen, ok });
    total += 1;
    if (!ok) failed += 1;
  }
  tell(row.number, row.fault, played);
}
console.log(`\n${total} played, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
