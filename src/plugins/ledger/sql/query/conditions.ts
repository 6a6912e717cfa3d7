import type { ParsedFilter } from '../../sums/parsed-query.ts';
import { marks, type Parameter, type SqlEngine, type Statement } from '../engine.ts';

type Dialect = SqlEngine['dialect'];

/** The SQL condition of a filter. */
export function rowConditions(
  { from, to, where }: ParsedFilter,
  requestId: string | undefined,
  dialect: Dialect,
): Statement {
  const sql = ['"at" >= ? AND "at" < ?'];
  const parameters: Parameter[] = [from, to];
  for (const [name, values] of where) {
    const condition =
      name === 'tag'
        ? tagIs(values, dialect)
        : columnIs(`"${name === 'promptCache' ? 'prompt_cache' : name}"`, values);
    sql.push(condition.sql);
    parameters.push(...condition.parameters);
  }
  if (requestId !== undefined) {
    sql.push('"request_id" = ?');
    parameters.push(requestId);
  }
  return { sql: sql.join(' AND '), parameters };
}

/** Whether a column has one of the values. */
export function columnIs(column: string, values: readonly (string | null)[]): Statement {
  const texts = values.filter((value) => value !== null);
  const some = texts.length === 0 ? [] : [`${column} IN (${marks(texts.length)})`];
  const none = values.includes(null) ? [`${column} IS NULL`] : [];
  return { sql: `(${[...some, ...none].join(' OR ') || '1 = 0'})`, parameters: texts };
}

function tagIs(values: readonly (string | null)[], dialect: Dialect): Statement {
  const texts = values.filter((value) => value !== null);
  const some = texts.length === 0 ? [] : [hasTag(dialect, marks(texts.length))];
  const none = values.includes(null) ? ['"tags" IS NULL'] : [];
  return { sql: `(${[...some, ...none].join(' OR ') || '1 = 0'})`, parameters: texts };
}

function hasTag(dialect: Dialect, wanted: string): string {
  if (dialect === 'clickhouse')
    return `arrayExists(tag -> tag IN (${wanted}), JSONExtract(ifNull("tags", '[]'), 'Array(String)'))`;
  const each =
    dialect === 'sqlite'
      ? 'SELECT value FROM json_each("tags")'
      : 'SELECT jsonb_array_elements_text("tags"::jsonb) AS value';
  return `EXISTS (SELECT 1 FROM (${each}) AS t WHERE t.value IN (${wanted}))`;
}
