// A support table per provider, from the results of the conformance suite. `--write` updates
// docs/guide/providers.md; otherwise the table there must be up to date.
import { readFileSync, writeFileSync } from 'node:fs';
import { claudeRestrictions } from '../src/providers/anthropic/restrictions.ts';
import {
  openaiChatRestrictions,
  responsesRestrictions,
} from '../src/providers/chat-completions/openai-restrictions.ts';
import { geminiRestrictions } from '../src/providers/google/restrictions.ts';
import * as compatiblePresets from '../src/providers/openai-compatible/index.ts';
import * as presetRestrictions from '../src/providers/openai-compatible/presets/restrictions.ts';
import { fixture as anthropic } from '../test/conformance/fixtures/anthropic.ts';
import { fixture as google } from '../test/conformance/fixtures/google.ts';
import { fixture as legacy } from '../test/conformance/fixtures/google-legacy.ts';
import { fixture as openai } from '../test/conformance/fixtures/openai.ts';
import { fixture as compatible } from '../test/conformance/fixtures/openai-compatible.ts';
import { fixture as responses } from '../test/conformance/fixtures/openai-responses.ts';
import { type ScenarioName, scenarios } from '../test/conformance/scenarios.ts';
import { corpus } from '../test/wire/entries/index.ts';
import { type InterfaceName, interfaces } from '../test/wire/interfaces.ts';

const columns = [
  ['OpenAI, Chat Completions', openai],
  ['OpenAI, Responses', responses],
  ['Anthropic', anthropic],
  ['Google', google],
  ['Google, older SDK', legacy],
  ['OpenAI-compatible', compatible],
] as const;

/** Each column's names in the corpus of odd answers, and the combinations that its models refuse. */
const sources: readonly (readonly [interfaces: readonly InterfaceName[], refused: number])[] = [
  [['openai'], openaiChatRestrictions.length],
  [['openai-responses'], responsesRestrictions.length],
  [['anthropic'], claudeRestrictions.length],
  [['google'], geminiRestrictions.length],
  [['google-legacy'], geminiRestrictions.length],
  [
    Object.keys(interfaces).filter(
      (name): name is InterfaceName => name === 'compatible' || name in compatiblePresets,
    ),
    Object.values(presetRestrictions).flat().length,
  ],
];

/** Families of odd answers, by their titles in the corpus. */
const families = [
  ['odd endings: read whole, or a failure', /ends?$|no answer/],
  ['content and calls, wherever they stand', /calls|holds|stands|item|sources|pieces/],
  ['usage and cost as the vendor counts', /usage/i],
] as const;

function counted(count: number): string {
  return count === 0 ? '–' : `${count}`;
}

const played = families.map(([title, family]) => {
  const entries = Object.entries(corpus).flatMap(([name, list]) => (family.test(name) ? list : []));
  const counts = sources.map(([names]) =>
    entries.filter(({ over }) => over.some((one) => names.includes(one))),
  );
  return `| ${title} | ${counts.map(({ length }) => counted(length)).join(' | ')} |`;
});

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
  ...played,
  `| what models refuse: left out, changed, or another target | ${sources
    .map(([, refused]) => counted(refused))
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
