import { access } from 'node:fs/promises';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { UsageError } from '../simulator/usage-error.ts';
import type { Router } from '../types/router.ts';
import type { Store } from '../types/store.ts';

/** The exports of an application's module. */
export interface Exported {
  readonly routers: readonly (readonly [name: string, router: Router])[];
  readonly store: Store | undefined;
}

/**
 * Loads a module that exports routers made by `createRouter`.
 *
 * @throws UsageError if it exports none
 */
export async function loadRouters(file: string): Promise<Exported> {
  const found: Readonly<Record<string, unknown>> = await import(pathToFileURL(resolve(file)).href);
  const routers = Object.entries(found).filter((entry): entry is [string, Router] => isRouter(entry[1]));
  if (routers.length === 0)
    throw new UsageError(
      file,
      'an export made by createRouter',
      Object.keys(found).join(', ') || 'no export',
    );
  return { routers, store: Object.values(found).find(isStore) };
}

/** Names of the module that is used where no flag names one. */
export const usualModules = ['ts', 'mts', 'mjs', 'js'].map((ending) => `signalbox.config.${ending}`);

/**
 * The module that a flag names, otherwise `signalbox.config.*` in the current folder.
 *
 * @throws UsageError if there is none
 */
export async function findModule(given: string | undefined): Promise<string> {
  for (const file of given === undefined ? usualModules : [given]) {
    const isThere = await access(file).then(
      () => true,
      () => false,
    );
    if (isThere) return file;
  }
  throw new UsageError(
    '--module',
    `a module that exports a router, or ${usualModules[0]} in this folder`,
    given === undefined ? 'neither' : `'${given}', which is missing`,
  );
}

function isRouter(value: unknown): boolean {
  const { chat, warmup, stats } = (value ?? {}) as Partial<Router>;
  return [chat, warmup, stats].every((method) => typeof method === 'function');
}

/** Whether a value is a store. */
export function isStore(value: unknown): value is Store {
  const { get, set, lease } = (value ?? {}) as Partial<Store>;
  return [get, set, lease].every((method) => typeof method === 'function');
}
