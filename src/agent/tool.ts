import type { Schema } from '../types/request/schema.ts';
import type { RunTool } from '../types/result/run.ts';

/**
 * A tool for `router.run`, with the type of its input inferred from the schema.
 *
 * @example
 * const weather = tool({
 *   description: 'The weather in a city',
 *   inputSchema: z.object({ city: z.string() }),
 *   execute: async ({ city }) => forecast(city),
 * });
 */
export function tool<S extends Schema>(definition: RunTool<S>): RunTool<S> {
  return definition;
}
