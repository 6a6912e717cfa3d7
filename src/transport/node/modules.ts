import type * as Diagnostics from 'node:diagnostics_channel';
import type * as HTTP from 'node:http';
import type * as HTTPS from 'node:https';
import type * as Module from 'node:module';
import type * as Net from 'node:net';
import type * as Zlib from 'node:zlib';
import { type NodeProcess, nodeProcess } from '../../util/runtime.ts';

/** The Node modules that the transport uses. */
export interface NodeModules {
  readonly http: typeof HTTP;
  readonly https: typeof HTTPS;
  readonly net: typeof Net;
  readonly zlib: typeof Zlib;
  readonly diagnostics: typeof Diagnostics;
}

/**
 * Loads Node's modules without an import that would break bundlers for other runtimes; `undefined` outside
 * Node. Bun and Deno also have these modules, but their `fetch` is no slower.
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
 * Loads a package with `require`, which Bun and Deno support too. Unlike `import()`, bundlers do not follow
 * it, and it retries after a failed load, whereas `import()` caches the failure of a CommonJS file for the
 * life of the process.
 *
 * @throws the runtime's error if the package is not installed
 */
export function requirePackage(name: string): unknown {
  const { process } = globalThis as { process?: Partial<NodeProcess> };
  const module = process?.getBuiltinModule?.('node:module') as typeof Module | undefined;
  if (module === undefined) throw new Error(`this runtime has no package '${name}'`);
  return module.createRequire(import.meta.url)(name);
}
