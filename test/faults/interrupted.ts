import { events, type StreamEnd } from '../support/fault-server.ts';
import { ask, type Facts, healthy, onStage } from './stage.ts';
import { type Vendor, vendors } from './vendors.ts';

const rest = ', and the rest';

/** Plays a stream that breaks after its first tokens under each of the policies. */
export async function interruptedBy(
  vendor: Vendor,
  list: readonly string[],
  end: StreamEnd = 'end',
): Promise<Facts> {
  const more = { T2: { capabilities: { prefill: true } } };
  return onStage(vendor, { more }, async (stage) => {
    stage.t1.behave(events(list, end));
    const policy = async (interrupted: 'error' | 'restart' | 'continue'): Promise<Facts> =>
      ask(stage, 'stream', { interrupted }).seen;
    const seen = { error: await policy('error'), restart: await policy('restart') };
    stage.t2.behave(healthy(vendors['openai-compatible'], rest));
    const continued = await policy('continue');
    const asked = stage.t2.received.at(-1)?.body as { readonly messages: readonly object[] } | undefined;
    return { ...seen, continue: { ...continued, received: asked?.messages.at(-1) } };
  });
}

/** What is to be seen then. */
export function interruptedSo(kind: string, partial: string): Facts {
  const takenOver = { attempts: [`T1 ${kind}`, 'T2 success'], hits: 1 };
  return {
    error: { answer: `stream-interrupted after '${partial}': ${kind}`, attempts: [`T1 ${kind}`], hits: 1 },
    restart: { ...takenOver, answer: 'after 1 restart, T2' },
    continue: {
      ...takenOver,
      answer: `T2: ${partial}${rest}`,
      received: { role: 'assistant', content: partial },
    },
  };
}
