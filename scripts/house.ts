// Size limits for src/: 90 lines per function, 300 lines per file, 12 files per folder.
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import ts from 'typescript';

const limits = { function: 90, file: 300, folder: 12 };

const sources = readdirSync('src', { recursive: true, encoding: 'utf8' })
  .filter((path) => /\.tsx?$/.test(path))
  .map((path) => join('src', path));
const faults: string[] = [];

const perFolder = new Map<string, number>();
for (const path of sources) perFolder.set(dirname(path), (perFolder.get(dirname(path)) ?? 0) + 1);
for (const [folder, files] of perFolder)
  if (files > limits.folder) faults.push(`${folder}: ${files} files, at most ${limits.folder}`);

for (const path of sources) {
  const text = readFileSync(path, 'utf8');
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  const lines = source.getLineStarts().length - (text.endsWith('\n') ? 1 : 0);
  if (lines > limits.file) faults.push(`${path}: ${lines} lines, at most ${limits.file}`);
  visit(source, path, source);
}

function visit(node: ts.Node, path: string, source: ts.SourceFile): void {
  if (ts.isFunctionLike(node) && 'body' in node && node.body !== undefined) {
    const first = source.getLineAndCharacterOfPosition(node.getStart(source)).line;
    const last = source.getLineAndCharacterOfPosition(node.getEnd()).line;
    const length = last - first + 1;
    const name = node.name?.getText(source) ?? 'a function';
    if (length > limits.function)
      faults.push(`${path}:${first + 1}: ${name} has ${length} lines, at most ${limits.function}`);
  }
  ts.forEachChild(node, (child) => visit(child, path, source));
}

for (const fault of faults) console.log(fault);
console.log(`${sources.length} files in ${perFolder.size} folders, ${faults.length} over the limits`);
process.exitCode = faults.length === 0 ? 0 : 1;
