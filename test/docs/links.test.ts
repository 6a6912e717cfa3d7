import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '..', '..');
const pages = [
  ...['README.md', 'CONTRIBUTING.md', 'SECURITY.md', 'CHANGELOG.md', 'llms.txt'],
  ...readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.md'))
    .map((path) => join('docs', path)),
];

/** The anchors of a page: GitHub's form of its headings, and explicit ids. */
function anchorsOf(path: string): ReadonlySet<string> {
  const text = readFileSync(path, 'utf8');
  const headings = [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[`*\\]/g, '')
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
  // A heading that repeats gets a number.
  const seen = new Map<string, number>();
  const numbered = headings.map((heading) => {
    const before = seen.get(heading) ?? 0;
    seen.set(heading, before + 1);
    return before === 0 ? heading : `${heading}-${before}`;
  });
  const ids = [...text.matchAll(/<a id="([^"]+)">/g)].map(([, id = '']) => id);
  return new Set([...numbered, ...ids]);
}

/** Links to files of the project. */
function linksOf(page: string): readonly string[] {
  const text = readFileSync(join(root, page), 'utf8').replace(/```[\s\S]*?```/g, '');
  return [...text.matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, link = '']) => link)
    .filter((link) => !/^(https?|mailto):/.test(link));
}

describe('links in the docs', () => {
  it.each(pages)('of %s lead somewhere', (page) => {
    const broken = linksOf(page).filter((link) => {
      const [path = '', anchor] = link.split('#');
      const file = path === '' ? join(root, page) : join(root, dirname(page), path);
      if (!existsSync(file)) return true;
      // The generator numbers repeated headings of the reference in its own way.
      if (anchor === undefined || page.startsWith(join('docs', 'reference')) || !statSync(file).isFile())
        return false;
      return !anchorsOf(file).has(anchor);
    });
    expect(broken).toEqual([]);
  });

  it.each(['README.md', 'llms.txt'])('reach every guide from %s', (page) => {
    const linked = linksOf(page).map((link) => link.split('#')[0]);
    const guides = readdirSync(join(root, 'docs', 'guide')).map((file) => `docs/guide/${file}`);
    expect(guides.filter((guide) => !linked.includes(guide))).toEqual([]);
  });
});
