import type { Schema } from '../../../types/request/schema.ts';
import { checkObject, refuse, show } from '../../../util/option-check.ts';
import type { Guard } from '../types.ts';
import type { GuardOptions } from './block.ts';
import { checkSchema, matchesSchema } from './schema.ts';

/** Options of `tools`. */
export interface ToolsOptions extends Omit<GuardOptions, 'on' | 'history'> {
  /** The tools that may be called, by name; with a schema that their arguments must match, or `true` for any. */
  readonly allow: Readonly<Record<string, Schema | true>>;
}

/**
 * Blocks answers that call other tools, or tools with other arguments.
 *
 * @throws ConfigError naming the invalid option
 * @example
 * guardrails([tools({ allow: { search: true, refund: z.object({ amount: z.number().max(100) }) } })])
 */
export function tools(options: ToolsOptions): Guard {
  checkObject('tools', options, ['name', 'mode', 'timeout', 'onError', 'allow']);
  const { allow, ...settings } = options;
  if (typeof allow !== 'object' || allow === null) refuse('tools.allow', 'tools by name', show(allow));
  for (const [name, schema] of Object.entries(allow))
    if (schema !== true) checkSchema(`tools.allow.${name}`, schema);
  return {
    name: 'tools',
    ...settings,
    on: ['tool-call'],
    direction: 'answer',
    async checkToolCall({ toolName, input }) {
      const schema = Object.hasOwn(allow, toolName) ? allow[toolName] : undefined;
      if (schema === undefined) return { block: 'calls a tool that is not allowed' };
      if (schema === true || (await matchesSchema(input, schema))) return { ok: true };
      return { block: 'calls a tool with arguments that are not allowed' };
    },
  };
}
