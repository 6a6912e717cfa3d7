import type * as Diagnostics from 'node:diagnostics_channel';
import type * as HTTP from 'node:http';
import type * as HTTPS from 'node:https';
import type * as Module from 'node:module';
import type * as Net from 'node:net';
import type * as Zlib from 'node:zlib';
import { type NodeProcess, nodeProcess } from '../../util/runtime.ts';

/** The modules of Node that the transport uses. */
export interface NodeModules {
  readonly http: typeof HTTP;
  readonly https: typeof HTTPS;
  readonly net: typeof Net;
  readonly zlib: typeof Zlib;
  readonly diagnostics: typeof Diagnostics;
}

/**
 * Node's own modules, without an import that a bundler for another runtime would trip over; `undefined` where there are
 * none. Bun and Deno have modules of the same names, but over a `fetch` that costs no more than they do.
 */
export function nodeModules(): NodeModules | undefined {
  const process = nodeProcess();
  if (process === undefined) return undefined;
  return {
    http: process.getBuiltinModule('node:http') as typeof HTTP,
    https: process.getBuiltinModule('node:https') as typeof HTTPS,
    net: process.getBuiltinModule('node:net') as typeof Net,
    zlib: process.getBuiltinModule('node:zlib') as typeof Zlib,
    diagnostics: process.getBuiltinModule('node:diagnostics_channel') as typeof Diagnostics,
  };
}

/**
 * A package by `require`, which Bun and Deno have as well. Unlike an `import()` it is nothing that bundlers follow; and it tries
 * again what could not be loaded before, where `import()` keeps the failure of a CommonJS file for the life of the process.
 *
 * @throws what the runtime throws where the package is not there
 */
export function requirePackage(name: string): unknown {
  const { process } = globalThis as { process?: Partial<NodeProcess> };
  const module = process?.getBuiltinModule?.('node:module') as typeof Module | undefined;
  if (module === undefined) throw new Error(`this runtime has no package '${name}'`);
  return module.createRequire(import.meta.url)(name);
}
