import { openai } from 'signalbox/openai';
import {
  chatCompletionsFailureWires,
  chatCompletionsWires,
  data,
  openaiEmbeddings,
  withoutStream,
} from './chat-completions.ts';
import { describeProvider } from './suite.ts';

describeProvider({
  name: 'openai',
  model: 'gpt-5-mini',
  create: (url, apiKey) => openai({ baseURL: `${url}/v1`, apiKey }),
  wires: chatCompletionsWires('gpt-5-mini', 'openai', 'max_completion_tokens'),
  withoutStream,
  failures: chatCompletionsFailureWires,
  errorEvent: {
    event: data({
      error: { code: 'server_is_overloaded', message: 'no', type: 'service_unavailable_error' },
    }),
    kind: 'overloaded',
  },
  ownTransport: true,
  embeddings: openaiEmbeddings,
});
