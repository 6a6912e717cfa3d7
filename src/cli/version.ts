import { readFile } from 'node:fs/promises';

/** The version of the package that holds this file, built or not. */
export async function version(): Promise<string> {
  for (const path of ['../package.json', '../../package.json']) {
    const text = await readFile(new URL(path, import.meta.url), 'utf8').catch(() => '{}');
    const { name, version: found } = JSON.parse(text) as {
      readonly name?: string;
      readonly version?: string;
    };
    if (name === 'signalbox' && found !== undefined) return found;
  }
  return 'unknown';
}
