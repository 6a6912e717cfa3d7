import type { Usage } from '../../../types/result/usage.ts';
import { asCount, asObject, asObjects, compact, type Wire } from '../../../util/json.ts';
import { readUsage as readCounts } from '../../chat-completions/usage.ts';

/**
 * Reads Responses usage (https://platform.openai.com/docs/api-reference/responses/object): tokens as in Chat Completions, and calls
 * of the vendor's tools, each with its own price (https://developers.openai.com/api/docs/pricing).
 *
 * @param items the output, if the response omits it
 */
export function readUsage(response: Wire, items = asObjects(response['output'])): Usage {
  const of = (type: string): readonly Wire[] => items.filter((item) => item['type'] === type);
  const tools = asObject(response['tool_usage']);
  const billed = asCount(asObject(tools?.['web_search'])?.['num_requests']);
  // Opening a page that was found is free.
  const searches = of('web_search_call').filter(
    ({ action }) => (asObject(action)?.['type'] ?? 'search') === 'search',
  );
  const containers = new Set(of('code_interpreter_call').map(({ container_id }) => container_id));
  return {
    ...readCounts(response['usage']),
    ...compact({
      webSearches: (billed ?? searches.length) || undefined,
      fileSearches: of('file_search_call').length || undefined,
      codeExecutions: containers.size || undefined,
      // Images are charged at the price of the model that generates them.
      unpricedUses: of('image_generation_call').length || undefined,
    }),
  };
}
