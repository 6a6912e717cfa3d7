import type { EmbedRequest, EmbedResult } from '../../types/request/embed.ts';
import { embed } from '../calls/embed.ts';
import { replayWhole } from '../calls/replay.ts';
import { normalizeEmbedRequest } from './check/plain-request.ts';
import { requirementsOf } from './requirements.ts';
import type { RunnableOperation } from './runnable.ts';

export const embedOperation: RunnableOperation<EmbedRequest, EmbedResult> = {
  kind: 'embed',
  workload: 'embed',
  measuredAs: undefined,
  hedgeable: false,
  selectable: false,
  streamed: false,
  check: (input) => ({ request: normalizeEmbedRequest(input as EmbedRequest), schema: undefined }),
  requirements: ({ values }) => ({
    ...requirementsOf({ messages: [] }),
    // The context length applies to each value separately.
    characters: values.reduce((most, { length }) => Math.max(most, length), 0),
  }),
  inputTokens: ({ values }, { estimateTokens }) => estimateTokens(values),
  missing: ({ provider, capabilities }) =>
    provider.embed === undefined || capabilities.embeddings === false ? 'embeddings' : undefined,
  outputTokens: () => 0,
  calls: () => 1,
  run: embed,
  replay: replayWhole,
};
