import { convertToModelMessages, streamText } from 'ai';
import { toProvider } from 'signalbox/ai-sdk';
import { router } from '../../../lib/router.js';

const signalbox = toProvider(router);

export async function POST(request) {
  const { messages } = await request.json();
  const result = streamText({
    model: signalbox('default'),
    messages: await convertToModelMessages(messages),
    abortSignal: request.signal, // a closed page closes the vendor's socket
    onError() {}, // the router reports failures; by default the AI SDK prints them too
  });
  return result.toUIMessageStreamResponse({ onError: () => 'The answer broke off.' });
}
