import type { ResolvedTool } from '../../../types/provider.ts';
import type { Tool, ToolChoice } from '../../../types/request/request.ts';
import { fields, flag, is, isObject, listOf, oneOf, optional, text } from '../../../util/shape.ts';
import { toJSONSchema } from '../schema.ts';
import { jsonObject } from './json.ts';
import { providerOptions } from './message-shapes.ts';
import { check, name } from './request-check.ts';

/** A tool that the application runs. Its schema is checked when it is converted to JSON Schema. */
const functionTool = fields({
  name,
  description: optional(text),
  strict: optional(flag),
  inputExamples: optional(listOf(fields({ input: jsonObject }), 'example')),
  providerOptions,
});
const providerTool = fields({
  id: is('an id of the form provider.tool', (value) => typeof value === 'string' && /^[^.]+\../.test(value)),
  name,
  args: jsonObject,
});
const toolList = listOf(fields({ type: optional(oneOf('function', 'provider')) }), 'tool');

/** Checks tools and makes JSON Schemas of their schemas. Throws `RequestError`, which names the field. */
export function resolveTools(tools: readonly Tool[]): readonly ResolvedTool[] {
  check('tools', toolList, tools);
  return tools.map(resolveTool);
}

function resolveTool(tool: Tool, index: number): ResolvedTool {
  const at = `tools[${index}]`;
  check(at, tool.type === 'provider' ? providerTool : functionTool, tool);
  if (tool.type === 'provider') return tool;
  return { ...tool, type: 'function', inputSchema: toJSONSchema(`${at}.inputSchema`, tool.inputSchema) };
}

const mode = oneOf('auto', 'none', 'required');
const choiceWanted = "'auto', 'none', 'required' or { type: 'tool', toolName }";

/** Checks which tool is to be called. Throws `RequestError`, which names the field. */
export function checkToolChoice(choice: ToolChoice, tools: readonly ResolvedTool[]): void {
  if (!isObject(choice)) {
    check(
      'toolChoice',
      is(choiceWanted, (value) => mode(value) === undefined),
      choice,
    );
    return;
  }
  const oneOfThem = is('the name of one of the tools', (value) => tools.some((tool) => tool.name === value));
  check('toolChoice', fields({ type: oneOf('tool'), toolName: oneOfThem }), choice);
}
