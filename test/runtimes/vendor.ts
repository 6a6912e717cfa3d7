import { memory } from '../../src/stores/memory/index.ts';
import { type Vendor, type VendorName, vendors } from '../faults/vendors.ts';
import { type Behavior, events, type FaultServer, faultServer, json } from '../support/fault-server.ts';

/** What the vendor has seen of one model. */
export interface SeenOfModel {
  requests: number;
  /** Under way at the same time. */
  most: number;
  /** Whose client left before the answer was complete. */
  left: number;
}

/** A call of a store that is reached by HTTP. */
export interface StoreCall {
  readonly method: 'get' | 'set' | 'delete' | 'publish' | 'read' | 'lease' | 'settle';
  readonly args: readonly unknown[];
  /** Milliseconds that it takes. */
  readonly delay: number;
}

/** A vendor on loopback in all vendors' formats. The model in a request says how it is answered. */
export interface MockVendor {
  readonly url: string;
  close(): Promise<void>;
}

const paths: readonly (readonly [RegExp, VendorName])[] = [
  [/\/chat\/completions$/, 'openai'],
  [/\/responses$/, 'openai-responses'],
  [/\/v1\/messages$/, 'anthropic'],
  [/:(streamG|g)enerateContent/, 'google'],
];

export async function mockVendor(): Promise<MockVendor> {
  const seen = new Map<string, SeenOfModel & { now: number }>();
  const store = memory();
  let waiting: (() => void)[] = [];
  const change = (): Promise<void> => new Promise((resolve) => waiting.push(resolve));
  const changed = (): void => {
    const all = waiting;
    waiting = [];
    for (const resolve of all) resolve();
  };
  const seenOf = (model: string): SeenOfModel => {
    const { requests = 0, most = 0, left = 0 } = seen.get(model) ?? {};
    return { requests, most, left };
  };
  const serve: Behavior = async (response, received) => {
    const { path, body } = received;
    // For browsers, whose pages have to come from somewhere.
    if (path === '/') {
      response.writeHead(200, { 'content-type': 'text/html' });
      response.end('<!doctype html><title>signalbox</title>');
      return;
    }
    if (path === '/store') {
      const { method, args, delay } = body as StoreCall;
      await new Promise((resolve) => setTimeout(resolve, delay));
      const call = store[method] as (...all: readonly unknown[]) => Promise<unknown>;
      return json({ value: (await call(...args)) ?? null })(response, received);
    }
    if (path.startsWith('/seen/')) {
      // Answers when it has seen what is wanted; the test's own timeout ends the wait.
      const [model = '', wanted = ''] = path.slice('/seen/'.length).split('?');
      let of = seenOf(model);
      while (JSON.stringify(of) !== decodeURIComponent(wanted) && !response.destroyed) {
        await change();
        of = seenOf(model);
      }
      return json(of)(response, received);
    }
    const name = paths.find(([pattern]) => pattern.test(path.split('?')[0] ?? ''))?.[1];
    if (name === undefined) {
      response.writeHead(404).end();
      return;
    }
    const asked = (body ?? {}) as { readonly model?: string; readonly stream?: boolean };
    const model = asked.model ?? /models\/([^:]+):/.exec(path)?.[1] ?? '';
    const counts = seen.get(model) ?? { requests: 0, most: 0, left: 0, now: 0 };
    seen.set(model, counts);
    counts.requests += 1;
    counts.now += 1;
    counts.most = Math.max(counts.most, counts.now);
    changed();
    void received.over.then(() => {
      counts.now -= 1;
      if (!received.complete) counts.left += 1;
      changed();
    });
    const stream = asked.stream === true || path.includes('alt=sse');
    await behaviorOf(model, counts.requests, vendors[name], stream)(response, received);
  };
  const server: FaultServer = await faultServer(serve);
  return { url: server.url, close: () => server.close() };
}

/** `slow-300` answers after 300 ms; `limited-1` refuses the first request; the others are named after what they do. */
function behaviorOf(model: string, nth: number, vendor: Vendor, stream: boolean): Behavior {
  const said = vendor.said('Hello there, friend');
  const good: Behavior = stream ? events(said.stream) : json(said.answer);
  const [behavior = '', number = '0'] = model.split('-');
  const ms = Number.parseInt(number, 10);
  switch (behavior) {
    case 'broken':
      return json({ error: { message: 'no' } }, 500);
    case 'endless':
      return (response) => {
        response.writeHead(503, { 'content-type': 'application/json' });
        response.write('{"error":');
      };
    case 'redirect':
      return (response) => {
        response.writeHead(307, { location: '/v1/elsewhere' }).end();
      };
    case 'silent':
      return () => {};
    case 'limited':
      return nth > 1
        ? good
        : json({ error: { message: 'no', code: 'rate_limit_exceeded' } }, 429, {
            'retry-after-ms': String(ms),
          });
    case 'slow':
      return async (response, received) => {
        await new Promise((resolve) => setTimeout(resolve, ms));
        await good(response, received);
      };
    // A token every so many milliseconds, twelve of them.
    case 'ticking':
      return async (response) => {
        response.writeHead(200, { 'content-type': 'text/event-stream' });
        for (const event of [...vendor.opening, ...Array.from({ length: 12 }, () => vendor.token)]) {
          if (response.destroyed) return;
          response.write(event);
          await new Promise((resolve) => setTimeout(resolve, ms));
        }
        response.end(vendor.closing.join(''));
      };
    default:
      return good;
  }
}
