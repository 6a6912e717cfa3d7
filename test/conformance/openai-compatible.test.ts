import { openaiCompatible } from 'signalbox/openai-compatible';
import {
  chatCompletionsFailureWires,
  chatCompletionsWires,
  data,
  openaiEmbeddings,
  withoutStream,
} from './chat-completions.ts';
import { describeProvider } from './suite.ts';

describeProvider({
  name: 'openai-compatible',
  model: 'llama',
  create: (url, apiKey) => openaiCompatible({ name: 'house', baseURL: `${url}/v1`, apiKey }),
  wires: chatCompletionsWires('llama', 'house', 'max_tokens'),
  withoutStream,
  failures: chatCompletionsFailureWires,
  errorEvent: {
    // As OpenRouter says it, with status 200.
    event: data({
      error: { code: 502, message: 'upstream' },
      choices: [{ delta: {}, finish_reason: 'error' }],
    }),
    kind: 'server',
  },
  ownTransport: true,
  embeddings: openaiEmbeddings,
});
