import { type ChatRequest, createRouter, type Provider, type Router, type Warning } from 'signalbox';
import { expect } from 'vitest';
import { type InterfaceName, interfaces } from '../wire/interfaces.ts';
import { faultServer, type Received } from './fault-server.ts';
import { read } from './requests.ts';
import { answerWith } from './vendor-answers.ts';

/** A vendor on loopback that answers every request and keeps what it was sent. */
export interface RecordingVendor {
  /** A router with one target at the vendor. */
  routerOver(name: InterfaceName, model: string, text?: string): Router;
  /** Asks for a whole answer and for a stream, and checks that both have the same warnings. */
  sent(
    name: InterfaceName,
    model: string,
    request: ChatRequest,
    text?: string,
  ): Promise<{ readonly bodies: readonly Record<string, unknown>[]; readonly warnings: readonly Warning[] }>;
  received(): readonly Received[];
  forget(): void;
  close(): Promise<void>;
}

export async function recordingVendor(): Promise<RecordingVendor> {
  const server = await faultServer();
  const routerOver: RecordingVendor['routerOver'] = (name, model, text = 'Hello') => {
    server.behave(answerWith(name, text));
    const provider: Provider = interfaces[name]({ baseURL: server.url });
    return createRouter({ targets: [{ provider, model, price: { input: 1, output: 1 } }] });
  };
  return {
    routerOver,
    async sent(name, model, request, text) {
      const router = routerOver(name, model, text);
      const { warnings } = await router.chat(request);
      const stream = await router.stream(request);
      await read(stream);
      expect((await stream.result).warnings).toEqual(warnings);
      return { bodies: server.received.map(({ body }) => body as Record<string, unknown>), warnings };
    },
    received: () => server.received,
    forget() {
      server.received.length = 0;
    },
    close: () => server.close(),
  };
}
