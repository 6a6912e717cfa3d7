import type { Usage } from '../../../types/result/usage.ts';
import { asCount, asObject, asObjects, compact, type Wire } from '../../../util/json.ts';
import { readUsage as readCounts } from '../../chat-completions/usage.ts';

/**
 * Responses usage (https://platform.openai.com/docs/api-reference/responses/object): tokens as Chat Completions counts them,
 * and what the vendor's own tools did, each of which has a price of its own (https://developers.openai.com/api/docs/pricing).
 *
 * @param items the output, where the response itself leaves it out
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
      // Images are paid for at the price of the model that makes them.
      unpricedUses: of('image_generation_call').length || undefined,
    }),
  };
}
