import type * as Diagnostics from 'node:diagnostics_channel';
import type * as HTTP from 'node:http';
import type * as HTTPS from 'node:https';
import type * as Module from 'node:module';
import type * as Net from 'node:net';
import type * as Stream from 'node:stream';
import type * as TLS from 'node:tls';
import type * as Zlib from 'node:zlib';
import { type NodeProcess, nodeProcess } from '../../util/runtime.ts';

/** The Node modules that the transport uses, each loaded when it is first asked for. */
export class NodeModules {
  readonly #process: NodeProcess;

  constructor(process: NodeProcess) {
    this.#process = process;
  }

  get http(): typeof HTTP {
    return this.#process.getBuiltinModule('node:http') as typeof HTTP;
  }
  get https(): typeof HTTPS {
    return this.#process.getBuiltinModule('node:https') as typeof HTTPS;
  }
  get net(): typeof Net {
    return this.#process.getBuiltinModule('node:net') as typeof Net;
  }
  get stream(): typeof Stream {
    return this.#process.getBuiltinModule('node:stream') as typeof Stream;
  }
  get tls(): typeof TLS {
    return this.#process.getBuiltinModule('node:tls') as typeof TLS;
  }
  get zlib(): typeof Zlib {
    return this.#process.getBuiltinModule('node:zlib') as typeof Zlib;
  }
  get diagnostics(): typeof Diagnostics {
    return this.#process.getBuiltinModule('node:diagnostics_channel') as typeof Diagnostics;
  }
}

/**
 * Loads Node's modules without an import that would break bundlers for other runtimes; `undefined` outside
 * Node. Bun and Deno also have these modules, but their `fetch` is no slower.
 */
export function nodeModules(): NodeModules | undefined {
  const process = nodeProcess();
  return process === undefined ? undefined : new NodeModules(process);
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
