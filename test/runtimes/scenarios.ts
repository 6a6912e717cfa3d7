// What is asked of signalbox in every runtime. Runs there, so it uses the package and Web APIs alone.
import { createRouter, isRouterError, type Router, type Store, type TargetOptions } from 'signalbox';
import { anthropic } from 'signalbox/anthropic';
import { limits } from 'signalbox/budgets';
import { toDashboard } from 'signalbox/dashboard';
import { google } from 'signalbox/google';
import { openai } from 'signalbox/openai';
import { openaiCompatible } from 'signalbox/openai-compatible';
import { sharedHealth } from 'signalbox/shared-health';
import { scriptedProvider } from 'signalbox/testing';
import type { StoreCall } from './vendor.ts';

/** One scenario. Throws where something is not as it should be. */
type Scenario = (vendor: string) => Promise<void>;

const words = 'Hello there, friend';
const ask = { prompt: 'Say hello' };
const price = { input: 1, output: 1 };
const key = { apiKey: 'sk-runtime', unsafeAllowBrowser: true };

/** A target that does as its model says, see `vendor.ts`. */
function target(vendor: string, model: string, more: object = {}): TargetOptions {
  const provider = openaiCompatible({ name: 'house', baseURL: `${vendor}/v1`, ...key });
  return { id: model, provider, model, price, ...more };
}

/** A store that is reached by HTTP: each call is I/O of the request that makes it. */
function storeOver(place: { readonly vendor: string }, delay = 0): Store {
  const call = async (method: StoreCall['method'], ...args: readonly unknown[]) => {
    const body = JSON.stringify({ method, args, delay } satisfies StoreCall);
    const response = await fetch(`${place.vendor}/store`, { method: 'POST', body });
    return ((await response.json()) as { readonly value: never }).value;
  };
  return {
    name: 'over HTTP',
    get: (keys) => call('get', keys),
    set: (...args) => call('set', ...args),
    delete: (keys) => call('delete', keys),
    publish: (changes) => call('publish', changes),
    read: (keys) => call('read', keys),
    lease: (request) => call('lease', request),
    settle: (settlement) => call('settle', settlement),
  };
}

/** Made when the code is loaded, where some runtimes allow neither I/O nor timers nor random values. */
const place = { vendor: '' };
const early = createRouter({
  targets: [target('http://127.0.0.1:9', 'early')],
  store: storeOver(place),
  plugins: [limits([{ name: 'nothing', usd: 0, per: 'day' }]), sharedHealth()],
});

function over(...targets: readonly TargetOptions[]): Router {
  return createRouter({ targets });
}

/** A router that copies each request to a model, one at a time. */
function mirrored(vendor: string, model: string): Router {
  const mirror = { target: model, ratio: 1, maxInFlight: 1 };
  const targets = [target(vendor, 'good'), target(vendor, model)];
  return createRouter({ targets, routes: { default: { targets: ['good'], mirror } } });
}

function expect(what: string, got: unknown, wanted: unknown): void {
  if (JSON.stringify(got) === JSON.stringify(wanted)) return;
  throw new Error(`${what}: ${JSON.stringify(got)} instead of ${JSON.stringify(wanted)}`);
}

async function failure(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error('did not fail');
}

/** Waits until the vendor has seen that of a model: closed connections take a moment to arrive. */
async function expectSeen(vendor: string, model: string, wanted: object): Promise<void> {
  const query = encodeURIComponent(JSON.stringify(wanted));
  const seen = await (await fetch(`${vendor}/seen/${model}?${query}`)).json();
  expect(`requests for ${model}`, seen, wanted);
}

/** The next attempt to begin. */
const attempt = (router: Router): Promise<void> =>
  new Promise((resolve) => {
    const stop = router.on('attempt-start', () => {
      stop();
      resolve();
    });
  });

/** The next copy to be answered. */
const copied = (router: Router): Promise<void> =>
  new Promise((resolve) => {
    const stop = router.on('attempt-end', ({ mirror, outcome }) => {
      if (mirror !== true || outcome !== 'success') return;
      stop();
      resolve();
    });
  });

export const scenarios: Readonly<Record<string, Scenario>> = {
  async 'chat, by every SDK'(vendor) {
    const providers = {
      openai: openai({ baseURL: `${vendor}/v1`, ...key }),
      responses: openai({ baseURL: `${vendor}/v1`, api: 'responses', ...key }),
      anthropic: anthropic({ baseURL: vendor, ...key }),
      google: google({ baseURL: vendor, ...key }),
    };
    for (const [id, provider] of Object.entries(providers)) {
      const router = over({ id, provider, model: 'good', price });
      expect(id, (await router.chat(ask)).text, words);
      let text = '';
      for await (const piece of (await router.stream(ask)).textStream) text += piece;
      expect(`${id}, streamed`, text, words);
    }
  },

  async 'a stream that takes longer than `timeout.idle` as a whole'(vendor) {
    const router = over(target(vendor, 'ticking-250'));
    let tokens = 0;
    const stream = await router.stream(ask, { timeout: { idle: 2_000 } });
    for await (const _ of stream.textStream) tokens += 1;
    expect('tokens', tokens, 12);
  },

  async 'failover, from a status, a refused connection, and a body that never ends'(vendor) {
    const refused = { ...target('http://127.0.0.1:9', 'refused') };
    for (const first of [target(vendor, 'broken'), refused, target(vendor, 'endless')]) {
      const router = over(first, target(vendor, 'good'));
      expect(`after ${first.id}`, (await router.chat(ask)).target, 'good');
      const { result, textStream } = await router.stream(ask);
      for await (const _ of textStream);
      expect(`after ${first.id}, streamed`, (await result).target, 'good');
    }
  },

  async 'a redirect is refused'(vendor) {
    const error = await failure(over(target(vendor, 'redirect')).chat(ask));
    expect('the error', isRouterError(error, 'provider') && [error.kind, error.vendorCode], [
      'bad-request',
      'redirect',
    ]);
  },

  async 'abort, before an answer and within one'(vendor) {
    const router = over(target(vendor, 'silent'), target(vendor, 'ticking-200'));
    const before = new AbortController();
    const asking = failure(router.chat(ask, { route: 'silent', signal: before.signal }));
    await expectSeen(vendor, 'silent', { requests: 1, most: 1, left: 0 });
    before.abort(new Error('enough'));
    expect('the reason', String(await asking), 'Error: enough');
    const within = new AbortController();
    const stream = await router.stream(ask, { route: 'ticking-200', signal: within.signal });
    const reading = failure(
      (async () => {
        for await (const _ of stream.textStream) within.abort(new Error('enough'));
      })(),
    );
    expect('the reason', String(await reading), 'Error: enough');
    await expectSeen(vendor, 'silent', { requests: 1, most: 1, left: 1 });
    await expectSeen(vendor, 'ticking-200', { requests: 1, most: 1, left: 1 });
  },

  async 'a deadline'(vendor) {
    const error = await failure(over(target(vendor, 'silent-2')).chat(ask, { timeout: { request: 300 } }));
    expect('the error', isRouterError(error, 'deadline'), true);
  },

  async 'limits: a target at its limit gives way to another one'(vendor) {
    const router = over(target(vendor, 'slow-400', { concurrency: 1 }), target(vendor, 'good'));
    const answers = await Promise.all([router.chat(ask), router.chat(ask), router.chat(ask)]);
    expect('targets', answers.map(({ target: id }) => id).toSorted(), ['good', 'good', 'slow-400']);
  },

  async 'a queue: three requests and one place'(vendor) {
    const router = over(target(vendor, 'slow-200', { concurrency: 1 }));
    const answers = await Promise.all([router.chat(ask), router.chat(ask), router.chat(ask)]);
    expect(
      'answers',
      answers.map(({ text }) => text),
      [words, words, words],
    );
    await expectSeen(vendor, 'slow-200', { requests: 3, most: 1, left: 0 });
  },

  async 'a wait for a target that has said when to come back'(vendor) {
    const router = over(target(vendor, 'limited-500'));
    const answers = await Promise.all([router.chat(ask), router.chat(ask)]);
    expect(
      'answers',
      answers.map(({ text }) => text),
      [words, words],
    );
  },

  async 'a limit over a store, of a router that was made before the first request'(vendor) {
    place.vendor = vendor;
    const error = await failure(early.chat(ask));
    expect('the error', isRouterError(error, 'budget') && error.limit.name, 'nothing');
  },

  async 'requests at the same time under a limit over a store'(vendor) {
    const router = createRouter({
      targets: [target(vendor, 'good')],
      store: storeOver({ vendor }),
      plugins: [limits([{ name: 'several', requests: 3, per: 'day' }])],
    });
    const all = await Promise.allSettled(Array.from({ length: 5 }, () => router.chat(ask)));
    const answered = all.filter(({ status }) => status === 'fulfilled').length;
    expect('answers', answered, 3);
  },

  async 'a mirror'(vendor) {
    const router = mirrored(vendor, 'slow-150');
    const copy = copied(router);
    expect('the answer', (await router.chat(ask)).target, 'good');
    await copy;
  },
};

/** What requests of one runtime share, by model. */
const shared = new Map<string, Router>();
const sharing = (model: string, make: () => Router): Router => {
  const router = shared.get(model) ?? make();
  shared.set(model, router);
  return router;
};
/** Counts what plugins have read of their store, by model. */
const reads = new Map<string, number>();
/** With a limit and shared knowledge over a slow store. */
const limitedRouter = (vendor: string, model: string): Router =>
  sharing(model, () => {
    const store = storeOver({ vendor }, 200);
    const counted: Store = {
      ...store,
      async read(keys) {
        const found = await store.read(keys);
        reads.set(model, (reads.get(model) ?? 0) + 1);
        return found;
      },
    };
    return createRouter({
      targets: [target(vendor, 'good')],
      store: counted,
      plugins: [limits([{ name: model, by: 'tenant', usd: 1, per: 'day' }]), sharedHealth({ interval: 10 })],
    });
  });

/** Over one target with one place. */
const sharedRouter = (vendor: string, model: string): Router =>
  sharing(model, () => over(target(vendor, model, { concurrency: 1 })));

/** As an application mounts it: made when the module loads, before the first request. */
const watched = createRouter({
  targets: [{ id: 'watched', provider: scriptedProvider('house'), model: 'good', price }],
});
const dashboard = toDashboard(watched, { token: 'the-token-of-these-tests' });

/** Calls that share a router, from requests of their own. */
const calls: Readonly<Record<string, (vendor: string, model: string) => Promise<unknown>>> = {
  scenario: async (vendor, name) => scenarios[name]?.(vendor),
  chat: async (vendor, model) => (await sharedRouter(vendor, model).chat(ask)).text,
  async stream(vendor, model) {
    let text = '';
    for await (const piece of (await sharedRouter(vendor, model).stream(ask)).textStream) text += piece;
    return text;
  },
  /** Leaves a chat behind without awaiting it, and gives up on its own request. */
  async leave(vendor, model) {
    const router = sharedRouter(vendor, model);
    const started = attempt(router);
    router.chat(ask).catch(() => {});
    await started;
    return 'left';
  },
  limited: async (vendor, model) => (await limitedRouter(vendor, model).chat(ask, { tenant: 'acme' })).text,
  /** Leaves a chat behind that waits for the store, and with it what it has asked the store. */
  async leaveLimited(vendor, model) {
    limitedRouter(vendor, model)
      .chat(ask, { tenant: 'acme' })
      .catch(() => {});
    return 'left';
  },
  /** What plugins have read once the next request has ended. */
  async reads(vendor, model) {
    await limitedRouter(vendor, model).chat(ask, { tenant: 'acme' });
    await new Promise((resolve) => setTimeout(resolve, 500));
    return reads.get(model) ?? 0;
  },
  /** A chat that is copied, whether or not its request is there for as long as its copy. */
  async copy(vendor, model) {
    return (await sharing(model, () => mirrored(vendor, model)).chat(ask)).target;
  },
  /** Whether a copy is answered while its request is there. */
  async copies(vendor, model) {
    const router = sharing(model, () => mirrored(vendor, model));
    const late = new Promise<boolean>((resolve) => setTimeout(() => resolve(false), 1_000));
    const answered = copied(router).then(() => true);
    await router.chat(ask);
    return Promise.race([answered, late]);
  },
  watched: async () => (await watched.chat(ask)).text,
  inFlight: async (vendor, model) => sharedRouter(vendor, model).stats()[0]?.inFlight,
};

/** Shows the dashboard, or takes one call: the name of what to do, the vendor's address, and the model, as a list in JSON. */
export async function handle(request: Request): Promise<Response> {
  if (request.method !== 'POST') return dashboard(request);
  const [name = '', vendor = '', model = ''] = (await request.json()) as string[];
  try {
    const value = await calls[name]?.(vendor, model);
    return Response.json({ value: value ?? null });
  } catch (error) {
    const { attempts } = error as { attempts?: unknown };
    return Response.json({
      error: `${error} ${JSON.stringify(attempts ?? '')} ${(error as Error).stack ?? ''}`,
    });
  }
}
