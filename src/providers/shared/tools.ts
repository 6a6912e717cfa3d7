import type { ProviderTool } from '../../types/request/request.ts';
import type { Warning } from '../../types/result/result.ts';

/** The vendor's name for its own tool. A tool of another vendor is left out with a warning. */
export function ownTool({ id }: ProviderTool, provider: string, warnings: Warning[]): string | undefined {
  const dot = id.indexOf('.');
  if (id.slice(0, dot) === provider) return id.slice(dot + 1);
  warnings.push({
    type: 'unsupported',
    feature: `tool ${id}`,
    details: 'the tool belongs to another vendor',
  });
  return undefined;
}
