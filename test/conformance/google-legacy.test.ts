import { google } from 'signalbox/google';
import { data, geminiEmbeddings, geminiFailures, geminiWires, model } from './gemini.ts';
import { describeProvider } from './suite.ts';

describeProvider({
  name: 'google-legacy',
  model,
  create: (baseURL, apiKey) => google({ baseURL, apiKey, sdk: 'generative-ai' }),
  wires: geminiWires({ safetySettings: [], generationConfig: {} }),
  failures: geminiFailures,
  errorEvent: {
    event: data({ error: { code: 503, status: 'UNAVAILABLE', message: 'overloaded' } }),
    kind: 'overloaded',
  },
  embeddings: geminiEmbeddings((text, outputDimensionality) => ({
    model: 'models/embedder',
    content: { role: 'user', parts: [{ text }] },
    outputDimensionality,
  })),
  ownTransport: 'the SDK calls the runtime’s fetch by itself and shows no headers',
});
