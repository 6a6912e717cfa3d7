type Create = (this: unknown, ...parameters: unknown[]) => PromiseLike<unknown>;
type Saw = (answer: unknown) => void;
/** Wraps a method of an SDK. */
export type Tracer = (create: Create, saw: Saw) => (this: unknown, ...parameters: unknown[]) => unknown;

/** What tracers do to a method of an SDK, and see all of an answer. */
export const tracers: Readonly<Record<string, Tracer>> = {
  'returns a plain promise': (create, saw) =>
    async function (this: unknown, ...parameters) {
      const answer = await create.apply(this, parameters);
      saw(answer);
      return answer;
    },
  'awaits the SDK’s promise beside its caller': (create, saw) =>
    function (this: unknown, ...parameters) {
      const promise = create.apply(this, parameters);
      promise.then(saw, () => {});
      return promise;
    },
  'replaces how the SDK’s promise parses': (create, saw) =>
    function (this: unknown, ...parameters) {
      const promise = create.apply(this, parameters);
      const parse: unknown = Reflect.get(promise, 'parse');
      if (typeof parse !== 'function') return promise;
      const seeing = async (): Promise<unknown> => {
        const answer: unknown = await parse.call(promise);
        saw(answer);
        return answer;
      };
      Reflect.set(promise, 'parse', seeing);
      return promise;
    },
};

/** Returns a generator for each stream, which calls the SDK when it is read. */
export const generating: Tracer = (create, saw) =>
  function (this: unknown, ...parameters) {
    const [body] = parameters as [{ readonly stream?: unknown } | undefined];
    if (body?.stream !== true) return create.apply(this, parameters);
    const start = (): PromiseLike<unknown> => create.apply(this, parameters);
    return (async function* () {
      for await (const chunk of (await start()) as AsyncIterable<unknown>) {
        saw(chunk);
        yield chunk;
      }
    })();
  };

/** Reads a response itself, only after the SDK's caller has begun to. */
export const late: Tracer = (create, saw) =>
  function (this: unknown, ...parameters) {
    const promise = create.apply(this, parameters) as PromiseLike<unknown> & {
      asResponse?(): Promise<Response>;
    };
    const read = async (): Promise<void> => {
      const response = await promise.asResponse?.();
      await new Promise((resolve) => setImmediate(resolve));
      saw(await response?.clone().text());
    };
    read().catch(saw);
    return promise;
  };

/** Wraps methods of an SDK. Returns what the tracer sees, and a function that takes it off. */
export function traced(
  methods: object,
  names: readonly string[],
  tracer: Tracer,
): { readonly seen: readonly unknown[]; remove(): void } {
  const seen: unknown[] = [];
  const originals = names.map((name) => {
    const create: Create = Reflect.get(methods, name);
    Reflect.set(
      methods,
      name,
      tracer(create, (answer) => seen.push(answer)),
    );
    return [name, create] as const;
  });
  return {
    seen,
    remove() {
      for (const [name, create] of originals) Reflect.set(methods, name, create);
    },
  };
}
