import type { Binding } from '../../../types/provider.ts';
import type { ProviderOptions } from '../../../types/request/message.ts';

export { asksForPictures, toRequest } from './request.ts';
export { toResult } from './response.ts';
export { eventReader } from './stream.ts';

/** A request that uses or creates stored state belongs to the account that holds it. */
export function boundBy(options: ProviderOptions): Binding | undefined {
  const { previous_response_id: previous, conversation, store, background } = options['openai'] ?? {};
  if (typeof previous === 'string') return { responseId: previous };
  const binds = (conversation ?? undefined) !== undefined || store === true || background === true;
  return binds ? {} : undefined;
}
