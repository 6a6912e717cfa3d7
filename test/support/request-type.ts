import type { EmbedRequest } from '../../src/types/request/embed.ts';
import type { ChatRequest } from '../../src/types/request/request.ts';

/** What a request can say in JSON: `bad-input.test.ts` makes a JSON Schema of this type, and checks the router's own checks by it. */
export type Asked = Partial<
  Pick<
    ChatRequest,
    'system' | 'messages' | 'tools' | 'toolChoice' | 'stopSequences' | 'reasoning' | 'providerOptions'
  >
>;

/** The fields of requests: `keys.test.ts` checks that it has a variant of each. */
export type ChatFields = Record<keyof ChatRequest, true>;
export type EmbedFields = Record<keyof EmbedRequest, true>;
