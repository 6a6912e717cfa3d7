import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { UsageError } from '../simulator/usage-error.ts';
import type { Router } from '../types/router.ts';

/** What `signalbox doctor` found. */
export interface Diagnosis {
  readonly text: string;
  readonly healthy: boolean;
}

/** Checks the routers that a module exports: keys, packages, prices. Sends nothing to a model. */
export async function doctor([file]: readonly string[]): Promise<Diagnosis> {
  if (file === undefined) throw new UsageError('signalbox doctor', 'a module that exports a router', 'none');
  const found: Readonly<Record<string, unknown>> = await import(pathToFileURL(resolve(file)).href);
  const routers = Object.entries(found).filter((entry): entry is [string, Router] => isRouter(entry[1]));
  if (routers.length === 0)
    throw new UsageError(
      file,
      'an export made by createRouter',
      Object.keys(found).join(', ') || 'no export',
    );
  const lines: string[] = [];
  let problems = 0;
  for (const [name, router] of routers) {
    const missing = await router.warmup();
    problems += missing.length;
    for (const { id, provider, model } of router.stats()) {
      const problem = missing.find(({ target }) => target === id);
      lines.push(`${problem === undefined ? 'ok     ' : 'PROBLEM'}  ${name}: ${id} (${provider}, ${model})`);
      if (problem !== undefined) lines.push(`         ${problem.error.message}`);
    }
    await router.close();
  }
  return { text: `${lines.join('\n')}\n`, healthy: problems === 0 };
}

function isRouter(value: unknown): boolean {
  const { chat, warmup, stats } = (value ?? {}) as Partial<Router>;
  return [chat, warmup, stats].every((method) => typeof method === 'function');
}
