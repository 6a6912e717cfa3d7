// Bundle size of each sub-path against the limits in sub-paths.ts, and its import time for information, which
// depends on the machine. test/package checks which packages an import loads. `--write` updates the table in
// docs/sizes.md.
import { readFileSync, writeFileSync } from 'node:fs';
import { gzipSize, importTime, limits, singles, subPaths } from './sub-paths.ts';

const rows: string[] = ['| import | gzip KB | import ms |', '|---|---:|---:|'];
const wrong: string[] = [];
for (const name of subPaths()) {
  const [size, time, limit] = [await gzipSize(name), importTime(name), limits[name]];
  rows.push(`| \`${name}\` | ${size.toFixed(1)} | ${time.toFixed(0)} |`);
  const single = singles[name];
  if (single !== undefined) {
    const alone = await gzipSize(name, single.names);
    rows.push(`| \`${single.names} from '${name}'\` | ${alone.toFixed(1)} | |`);
    if (alone > single.limit)
      wrong.push(`${single.names} is ${alone.toFixed(1)} KB, more than ${single.limit}`);
  }
  if (limit === undefined) wrong.push(`${name} has no limit: it is ${size.toFixed(1)} KB now`);
  else if (size > limit) wrong.push(`${name} is ${size.toFixed(1)} KB, more than ${limit}`);
}
const table = rows.join('\n');
console.log(table);

if (process.argv.includes('--write')) {
  const page = readFileSync('docs/sizes.md', 'utf8');
  const marked = /(<!-- sizes -->\n)[\s\S]*?(\n<!-- \/sizes -->)/;
  if (!marked.test(page)) throw new Error('docs/sizes.md has no place for the sizes');
  writeFileSync('docs/sizes.md', page.replace(marked, `$1${table}$2`));
}
if (wrong.length > 0) {
  console.error(`${wrong.join('\n')}\nThe limits are in scripts/sub-paths.ts.`);
  process.exitCode = 1;
}
