import type { Schema } from '../../../types/request/schema.ts';
import type { Guard } from '../types.ts';
import type { GuardOptions } from './block.ts';
import { checkSchema, matchesSchema } from './schema.ts';

/**
 * Blocks answers whose text is not JSON of a given shape. Answers without text, such as tool calls, pass. Buffers streams.
 *
 * @throws ConfigError for an invalid schema
 * @example
 * guardrails([jsonShape(z.object({ city: z.string() }))])
 */
export function jsonShape(schema: Schema, options: Omit<GuardOptions, 'on'> = {}): Guard {
  checkSchema('jsonShape', schema);
  return {
    name: 'json-shape',
    ...options,
    on: ['output'],
    direction: 'answer',
    async check(text, { part }) {
      if (part !== 'text') return { ok: true };
      const value = parse(text);
      if (value === undefined) return { block: 'not JSON' };
      return (await matchesSchema(value, schema)) ? { ok: true } : { block: 'JSON of another shape' };
    },
  };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(/^\s*```(?:json)?\s*\n([\s\S]*)\n```\s*$/.exec(text)?.[1] ?? text);
  } catch {
    return undefined;
  }
}
