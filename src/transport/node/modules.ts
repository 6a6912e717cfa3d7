import type * as Diagnostics from 'node:diagnostics_channel';
import type * as HTTP from 'node:http';
import type * as HTTPS from 'node:https';
import type * as Net from 'node:net';
import type * as Zlib from 'node:zlib';

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
  const { process } = globalThis as {
    process?: {
      readonly release?: { readonly name?: string };
      readonly versions?: Readonly<Record<string, string | undefined>>;
      readonly getBuiltinModule?: (id: string) => unknown; // since Node 22.3
    };
  };
  const isNode = process?.release?.name === 'node' && process.versions?.['bun'] === undefined;
  if (!isNode || 'Deno' in globalThis || process.getBuiltinModule === undefined) return undefined;
  return {
    http: process.getBuiltinModule('node:http') as typeof HTTP,
    https: process.getBuiltinModule('node:https') as typeof HTTPS,
    net: process.getBuiltinModule('node:net') as typeof Net,
    zlib: process.getBuiltinModule('node:zlib') as typeof Zlib,
    diagnostics: process.getBuiltinModule('node:diagnostics_channel') as typeof Diagnostics,
  };
}
