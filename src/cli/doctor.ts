import { UsageError } from '../simulator/usage-error.ts';
import { loadRouters } from './load-router.ts';

/** The findings of `signalbox doctor`. */
export interface Diagnosis {
  readonly text: string;
  readonly healthy: boolean;
}

/** Checks the routers that a module exports: keys, packages, prices. Sends nothing to a model. */
export async function doctor([file]: readonly string[]): Promise<Diagnosis> {
  if (file === undefined) throw new UsageError('signalbox doctor', 'a module that exports a router', 'none');
  const { routers } = await loadRouters(file);
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
