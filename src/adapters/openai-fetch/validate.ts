import * as z from 'zod/mini';
import { HttpError, invalid } from './errors.ts';

/** Parses a value with its schema. Throws a 400 that names the invalid field and never quotes its value. */
export function validate<S extends z.ZodMiniType>(schema: S, value: unknown): z.output<S> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  if (issue === undefined) throw new HttpError({ status: 400, code: 'invalid_value', message: 'not valid' });
  const { path, wanted } = deepest(issue, []);
  throw invalid(path === '' ? 'body' : path, `expected ${wanted}`);
}

/** The same for a nested value of the body. */
export function at<S extends z.ZodMiniType>(path: string, schema: S, value: unknown): z.output<S> {
  try {
    return validate(schema, value);
  } catch (error) {
    if (!(error instanceof HttpError) || error.param === undefined) throw error;
    const inside =
      error.param === 'body' ? path : `${path}${error.param.startsWith('[') ? '' : '.'}${error.param}`;
    throw invalid(inside, error.message.slice(error.param.length + 2));
  }
}

interface Finding {
  readonly path: string;
  readonly wanted: string;
  readonly depth: number;
}

/** The deepest issue: in a union, the branch that matched furthest explains most. */
function deepest(issue: z.core.$ZodIssue, above: readonly PropertyKey[]): Finding {
  const at = [...above, ...issue.path];
  if (issue.code === 'invalid_union' && issue.errors.length > 0) {
    const inside = issue.errors.flatMap((branch) => branch.slice(0, 1).map((first) => deepest(first, at)));
    const depth = Math.max(...inside.map((finding) => finding.depth));
    const best = inside.filter((finding) => finding.depth === depth);
    const wanted = [...new Set(best.map((finding) => finding.wanted))].join(' or ');
    return { path: best[0]?.path ?? '', wanted, depth };
  }
  return { path: print(at), wanted: wantedBy(issue), depth: at.length };
}

function wantedBy(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return issue.expected === 'int' ? 'a whole number' : withArticle(issue.expected);
    case 'invalid_value':
      return issue.values.map((value) => JSON.stringify(value)).join(', ');
    case 'invalid_union':
      return 'options' in issue && Array.isArray(issue.options)
        ? `one of ${issue.options.join(', ')}`
        : 'another';
    case 'unrecognized_keys':
      return 'documented fields only';
    case 'too_small':
      return `at least ${issue.minimum}`;
    case 'too_big':
      return `at most ${issue.maximum}`;
    default:
      return issue.message;
  }
}

function withArticle(type: string): string {
  return `${/^[aeiou]/.test(type) ? 'an' : 'a'} ${type}`;
}

function print(path: readonly PropertyKey[]): string {
  return path
    .map((key, index) =>
      typeof key === 'number' ? `[${key}]` : index === 0 ? String(key) : `.${String(key)}`,
    )
    .join('');
}

/** An optional field; these protocols treat `null` as absent. */
export function maybe<S extends z.ZodMiniType>(schema: S): z.ZodMiniOptional<z.ZodMiniNullable<S>> {
  return z.nullish(schema);
}

/** Any JSON object. */
export const anyObject = z.record(z.string(), z.unknown());
