import { writeFile } from 'node:fs/promises';
import { UsageError } from '../../simulator/usage-error.ts';
import { reportHelp } from '../help.ts';
import { filterOf, parseFlags, readingFlags, withLedger } from '../ledger/open.ts';
import type { Output } from '../output.ts';
import { dataOf, type ReportData } from './data.ts';
import { headline, sections } from './figures.ts';
import { toHtml } from './html.ts';

const flags = { ...readingFlags, format: { type: 'string' }, out: { type: 'string' } } as const;

const formats: Readonly<Record<string, (data: ReportData) => string>> = {
  html: toHtml,
  md: toMarkdown,
  json: (data) => `${JSON.stringify(data, null, 2)}\n`,
};

/**
 * `signalbox report`: one HTML file, Markdown or JSON.
 *
 * @throws UsageError for a wrong flag or file
 */
export async function report(args: readonly string[], { out }: Output): Promise<number> {
  const { values } = parseFlags('signalbox report', args, flags);
  if (values.help === true) {
    out(reportHelp);
    return 0;
  }
  const { format = 'html' } = values;
  const write = Object.hasOwn(formats, format) ? formats[format] : undefined;
  if (write === undefined) throw new UsageError('--format', Object.keys(formats).join(', '), `'${format}'`);
  const data = await withLedger(values, (ledger, path) => dataOf(ledger, path, filterOf(values)));
  const text = write(data);
  if (values.out === undefined) out(text);
  else await writeFile(values.out, text);
  return 0;
}

function toMarkdown(data: ReportData): string {
  const { total, from, to } = data;
  if (total === undefined) return '# LLM usage\n\nThe ledger has no requests in this period.\n';
  const tables = sections(data).map(({ title, note, head, rows }) => {
    const line = (cells: readonly string[]): string => `| ${cells.map(escapeMarkdown).join(' | ')} |`;
    const rule = `|${head.map((_, index) => (index === 0 ? '---' : '---:')).join('|')}|`;
    return `## ${title}\n\n${note === undefined ? '' : `${note}\n\n`}${[line(head), rule, ...rows.map(line)].join('\n')}\n`;
  });
  return `# LLM usage, ${from === to ? from : `${from} to ${to}`}\n\n${headline(total)}\n\n${tables.join('\n')}`;
}

/** Names come from outside, so pipes, tags and links are escaped. */
function escapeMarkdown(text: string): string {
  return text.replace(/[\\`*_{}[\]()#+|<>]/g, '\\$&').replace(/[\r\n]+/g, ' ');
}
