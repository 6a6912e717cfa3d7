import { google } from 'signalbox/google';
import { data, geminiEmbeddings, geminiFailures, geminiWires, model } from './gemini.ts';
import { describeProvider } from './suite.ts';

describeProvider({
  name: 'google',
  model,
  create: (baseURL, apiKey) => google({ baseURL, apiKey }),
  // The SDK sends an empty object where nothing is configured.
  wires: geminiWires({ generationConfig: {} }),
  failures: geminiFailures,
  errorEvent: {
    event: data({ error: { code: 503, status: 'UNAVAILABLE', message: 'overloaded' } }),
    kind: 'overloaded',
  },
  ownTransport: true,
  embeddings: geminiEmbeddings((text, outputDimensionality) => ({
    model: 'models/embedder',
    content: { role: 'user', parts: [{ text }] },
    outputDimensionality,
  })),
});
