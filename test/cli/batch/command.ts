import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openaiVendor } from '../../batch/vendors/openai.ts';
import type { MockVendor } from '../../batch/vendors/vendor.ts';

/** What a process printed, and how it ended. */
export interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** A folder, a mock of a vendor, and the command in processes of its own. */
export class Commands {
  readonly folder: string;
  readonly vendor: MockVendor;
  readonly #since = String(Date.now());

  private constructor(folder: string, vendor: MockVendor) {
    this.folder = folder;
    this.vendor = vendor;
  }

  static async create(): Promise<Commands> {
    return new Commands(await mkdtemp(join(tmpdir(), 'signalbox-batch-')), await openaiVendor());
  }

  async close(): Promise<void> {
    await this.vendor.close();
    await rm(this.folder, { recursive: true });
  }

  path(name: string): string {
    return join(this.folder, name);
  }

  /** Writes a file of requests, one a line. */
  async write(lines: readonly unknown[], name = 'requests.jsonl'): Promise<void> {
    const text = lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line)));
    await writeFile(this.path(name), `${text.join('\n')}\n`);
  }

  async results(): Promise<readonly Record<string, unknown>[]> {
    const text = await readFile(this.path('results.jsonl'), 'utf8');
    return text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line));
  }

  /**
   * Runs `signalbox batch`.
   *
   * @param env of the module, see router.ts
   * @param begun gets the process
   */
  async run(
    args: readonly string[],
    env: Readonly<Record<string, string>> = {},
    begun: (child: ChildProcess) => void = () => {},
  ): Promise<Ended> {
    const module = args.includes('--module') ? [] : ['--module', join(import.meta.dirname, 'router.ts')];
    const child = spawn(
      process.execPath,
      [join(process.cwd(), 'src/cli/main.ts'), 'batch', ...args, '--out', 'results.jsonl', ...module],
      {
        cwd: this.folder,
        env: {
          ...process.env,
          VENDOR: this.vendor.url,
          STORE: this.path('store.db'),
          SINCE: this.#since,
          ...env,
        },
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    );
    begun(child);
    let [out, err] = ['', ''];
    child.stdout.on('data', (chunk) => {
      out += String(chunk);
    });
    child.stderr.on('data', (chunk) => {
      err += String(chunk);
    });
    const [code] = await once(child, 'close');
    return { code, out, err };
  }
}

/** Requests in OpenAI's form. */
export function openaiLines(count: number): readonly object[] {
  return Array.from({ length: count }, (_, index) => ({
    custom_id: `q${index}`,
    method: 'POST',
    url: '/v1/chat/completions',
    body: { model: 'gpt-5-mini', messages: [{ role: 'user', content: `question ${index}` }] },
  }));
}
