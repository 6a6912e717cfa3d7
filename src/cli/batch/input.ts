import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import type { Directory } from '../../adapters/openai-fetch/targets.ts';
import { UsageError } from '../../simulator/usage-error.ts';
import type { BatchRequest } from '../../types/batch/job.ts';
import type { Router } from '../../types/router.ts';

/** The form of a file's lines: OpenAI's (`custom_id, method, url, body`), or requests of `router.batch`. */
export type Form = 'openai' | 'own';

/** A request with its id. */
export type Line = BatchRequest & { readonly id: string };

/** A file of requests that has been checked as a whole. */
export interface Input {
  readonly form: Form;
  /** Number of requests. */
  readonly total: number;
  /** SHA-256 of its content, in hexadecimal. */
  readonly digest: string;
  /** The meaning of a model's name; `undefined` for requests of our own form, which name none. */
  readonly directory: Directory | undefined;
  /** The requests, read again. */
  lines(): AsyncGenerator<Line>;
}

type Reader = (value: object, at: number) => Line;

/**
 * Checks all requests before the first is sent.
 *
 * @throws UsageError naming the first wrong line
 */
export async function openInput(file: string, router: Router, route: string | undefined): Promise<Input> {
  const form = await formOf(file);
  const { read, directory } =
    form === 'openai' ? await openaiReader(router, route) : { read: ownLine, directory: undefined };
  const lines = () => requestsIn(file, form, read);
  const seen = new Set<string>();
  const hash = createHash('sha256');
  for await (const { id, line, number } of lines()) {
    if (seen.has(id)) throw wrong(file, number, 'a unique id', `'${id}'`);
    seen.add(id);
    hash.update(line).update('\n');
  }
  if (seen.size === 0) throw new UsageError(file, 'at least one request', 'none');
  return {
    form,
    total: seen.size,
    digest: hash.digest('hex'),
    directory,
    async *lines() {
      for await (const { request } of lines()) yield request;
    },
  };
}

/** The form of the first line, which the others must share. */
async function formOf(file: string): Promise<Form> {
  for await (const [line, number] of textLines(file)) return formOfLine(objectIn(file, line, number));
  throw new UsageError(file, 'at least one request', 'none');
}

function formOfLine(value: object): Form {
  return 'custom_id' in value || 'url' in value ? 'openai' : 'own';
}

async function* requestsIn(file: string, form: Form, read: Reader) {
  let index = 0;
  for await (const [line, number] of textLines(file)) {
    const value = objectIn(file, line, number);
    const found = formOfLine(value);
    if (found !== form)
      throw wrong(
        file,
        number,
        form === 'openai' ? "OpenAI's form, as in the first line" : 'the form of the first line',
        'another',
      );
    let request: Line;
    try {
      request = read(value, index);
    } catch (error) {
      throw wrong(file, number, 'a valid request', error instanceof Error ? error.message : String(error));
    }
    yield { id: request.id, request, line, number };
    index += 1;
  }
}

/** The lines that are not empty, with their numbers from 1. */
async function* textLines(file: string): AsyncGenerator<readonly [line: string, number: number]> {
  const stream = createReadStream(file, 'utf8');
  let number = 0;
  try {
    for await (const line of createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY })) {
      number += 1;
      const text = number === 1 ? line.replace(/^\uFEFF/, '') : line;
      if (text.trim() !== '') yield [text, number];
    }
  } catch (error) {
    const { code } = error as { readonly code?: unknown };
    if (error instanceof UsageError || typeof code !== 'string') throw error;
    throw new UsageError(file, 'a file that can be read', code);
  } finally {
    stream.destroy();
  }
}

function objectIn(file: string, line: string, number: number): object {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    throw wrong(file, number, 'JSON', 'text that is not');
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  throw wrong(file, number, 'an object', 'another value');
}

function wrong(file: string, number: number, expected: string, got: string): UsageError {
  return new UsageError(`${file}, line ${number}`, expected, got);
}

const contents = ['prompt', 'messages', 'values'];

/** A line of our own form. Its other fields are checked when it is sent. */
function ownLine(value: object, index: number): Line {
  const { id = String(index), ...request } = value as { readonly id?: unknown };
  if (typeof id !== 'string' || id === '') throw new Error('id: expected a text that is not empty');
  if (!contents.some((name) => name in request))
    throw new Error(`expected one of ${contents.join(', ')}, got none`);
  return { ...(request as BatchRequest), id };
}

async function openaiReader(
  router: Router,
  route: string | undefined,
): Promise<{ readonly read: Reader; readonly directory: Directory }> {
  const [{ readLine }, { directory: create }] = await loaded();
  const directory = create(router);
  // Anyone who can run the command may use all of the router.
  return { read: (value) => readLine(value, directory, { caller: {} }, route), directory };
}

async function loaded() {
  try {
    return await Promise.all([
      import('../../adapters/openai-fetch/batches/line.ts'),
      import('../../adapters/openai-fetch/targets.ts'),
    ]);
  } catch (error) {
    if (!/zod/.test(String(error))) throw error;
    throw new UsageError("OpenAI's lines", 'the package zod in this project', 'none');
  }
}
