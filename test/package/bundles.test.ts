import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { bundlers, writeEntry } from './bundlers.ts';
import { pack, projectWith } from './project.ts';

const { exports } = JSON.parse(readFileSync(join(import.meta.dirname, '../../package.json'), 'utf8'));
const subPaths = Object.keys(exports).filter((path) => path !== './package.json');

/** What an application has installed for a sub-path; nothing, unless it is said here. */
const peers: Readonly<Record<string, readonly string[]>> = {
  './openai': ['openai'],
  './anthropic': ['@anthropic-ai/sdk'],
  './google': ['@google/genai'],
  './langchain': ['@langchain/core'],
  './openai-fetch': ['zod'],
  './otel': ['@opentelemetry/api'],
  './guardrails': ['@secretlint/core', '@secretlint/secretlint-rule-preset-recommend', 're2js'],
  './ledger': ['hyparquet-writer'],
};

/** Sub-paths whose SDK comes into the bundle by a client of the application's own, or not at all. */
const without: readonly (readonly [string, readonly string[]])[] = [
  ['./openai', []],
  ['./anthropic', []],
  ['./google', ['@google/generative-ai']],
  ['./google', []],
];

let packed: string;
beforeAll(async () => {
  packed = await pack();
});

async function bundled(
  bundler: string,
  subPath: string,
  installed: readonly string[],
): Promise<readonly string[]> {
  const { folder, remove } = await projectWith(packed, installed);
  try {
    const entry = await writeEntry(folder, subPath.replace('.', 'signalbox'));
    return (await bundlers[bundler]?.(folder, entry)) ?? ['no such bundler'];
  } finally {
    await remove();
  }
}

describe.each(Object.keys(bundlers))("%s bundles, with only the sub-path's own SDK installed,", (bundler) => {
  it.concurrent.each(subPaths)('%s', async (subPath) => {
    expect(await bundled(bundler, subPath, peers[subPath] ?? [])).toEqual([]);
  });
});

describe.each(Object.keys(bundlers))('%s bundles a sub-path without its SDK', (bundler) => {
  it.concurrent.each(without)('%s, with %j', async (subPath, installed) => {
    await bundled(bundler, subPath, installed);
  });
});
