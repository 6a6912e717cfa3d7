// A support table per provider, from the results of the conformance suite. `--write` updates
// docs/guide/providers.md; otherwise the table there must be up to date.
import { readFileSync, writeFileSync } from 'node:fs';
import { fixture as anthropic } from '../test/conformance/fixtures/anthropic.ts';
import { fixture as google } from '../test/conformance/fixtures/google.ts';
import { fixture as legacy } from '../test/conformance/fixtures/google-legacy.ts';
import { fixture as openai } from '../test/conformance/fixtures/openai.ts';
import { fixture as compatible } from '../test/conformance/fixtures/openai-compatible.ts';
import { fixture as responses } from '../test/conformance/fixtures/openai-responses.ts';
import { type ScenarioName, scenarios } from '../test/conformance/scenarios.ts';

const columns = [
  ['OpenAI, Chat Completions', openai],
  ['OpenAI, Responses', responses],
  ['Anthropic', anthropic],
  ['Google', google],
  ['Google, older SDK', legacy],
  ['OpenAI-compatible', compatible],
] as const;

const notes: string[] = [];
/** A mark with the number of its footnote: one footnote per reason. */
function noted(mark: string, reason: string): string {
  if (!notes.includes(reason)) notes.push(reason);
  return `${mark} <sup>${notes.indexOf(reason) + 1}</sup>`;
}

const rows = [
  `| in chat and stream | ${columns.map(([name]) => name).join(' | ')} |`,
  `|---|${columns.map(() => ':---:|').join('')}`,
  ...(Object.keys(scenarios) as ScenarioName[]).map((name) => {
    const cells = columns.map(([, { wires }]) => {
      const wire = wires[name];
      if ('skip' in wire) return noted('–', wire.skip);
      const { warnings = [] } = wire.expected ?? {};
      return warnings.length === 0 ? '✓' : noted('✓', `a warning for ${warnings.join(', ')}`);
    });
    return `| ${name} | ${cells.join(' | ')} |`;
  }),
  `| embeddings | ${columns.map(([, { embeddings }]) => (embeddings === undefined ? '–' : '✓')).join(' | ')} |`,
  `| headers, request ids, redirects refused, sizes limited | ${columns
    .map(([, { ownTransport }]) => (ownTransport === true ? '✓' : noted('–', ownTransport)))
    .join(' | ')} |`,
];
const table = [...rows, '', ...notes.map((note, index) => `<sup>${index + 1}</sup> ${note}.  `)]
  .join('\n')
  .trimEnd();

const page = readFileSync('docs/guide/providers.md', 'utf8');
const marked = /(<!-- support -->\n)[\s\S]*?(\n<!-- \/support -->)/;
const written = page.replace(marked, (_, before: string, after: string) => `${before}${table}${after}`);
if (process.argv.includes('--write')) writeFileSync('docs/guide/providers.md', written);
else if (written !== page || !marked.test(page)) {
  console.error('The support table in docs/guide/providers.md is out of date: npm run support -- --write');
  process.exitCode = 1;
} else console.log(table);
