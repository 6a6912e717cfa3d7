// The fault matrix as a table: what each vendor's target does wrong, what is to come of it, and what came of it in fact. Real
// SDKs over real sockets, in full size. `npm run faults`, or a part: `-- --row 12 --provider anthropic`.
import { isDeepStrictEqual, parseArgs } from 'node:util';
import { outcome } from '../support/requests.ts';
import { playedElsewhere, rows } from './rows.ts';
import type { Facts } from './stage.ts';
import { vendors } from './vendors.ts';

const { values } = parseArgs({ options: { row: { type: 'string' }, provider: { type: 'string' } } });

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

/** Ways that come to the same are told once. */
function brief(facts: Facts): string {
  const { chat, stream, ...rest } = facts;
  const same = chat !== undefined && isDeepStrictEqual(chat, stream) && Object.keys(rest).length === 0;
  return (same ? `chat and stream: ${inWords(chat)}` : inWords(facts))
    .replaceAll('|', '\\|')
    .replaceAll('\n', ' ');
}

console.log('| row | fault | provider | expected | seen | |');
console.log('|---:|---|---|---|---|---|');
let failed = 0;
let played = 0;
const lines = [...rows, ...playedElsewhere].toSorted((a, b) => a.number - b.number);
for (const row of lines) {
  if (values.row !== undefined && Number(values.row) !== row.number) continue;
  if ('where' in row) {
    console.log(`| ${row.number} | ${row.fault} | | | ${row.where} | |`);
    continue;
  }
  for (const name of row.vendors) {
    if (values.provider !== undefined && values.provider !== name) continue;
    const vendor = vendors[name];
    const expected = row.expected(vendor);
    const settled = await outcome(row.play(vendor, true));
    const ok = 'value' in settled && isDeepStrictEqual(settled.value, expected);
    const seen = 'value' in settled ? brief(settled.value) : String(settled.error);
    played += 1;
    if (!ok) failed += 1;
    const cells = [row.number, row.fault, name, brief(expected), seen, ok ? 'ok' : '**FAILED**'];
    console.log(`| ${cells.join(' | ')} |`);
  }
}
console.log(`\n${played} played, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
