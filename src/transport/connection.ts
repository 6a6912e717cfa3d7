/** What an HTTP agent of undici, which Node's `fetch` is built on, is made with. Only what is used here. */
type AgentConstructor = new (options: {
  readonly connect: { readonly timeout: number };
  readonly headersTimeout: number;
  readonly bodyTimeout: number;
}) => object;

/**
 * On Node, an agent whose connections must stand within `connectTimeout` milliseconds (Node checks it about once a
 * second), and without undici's own 300 s limits on headers and body, because the router owns all other timers.
 *
 * `undefined` elsewhere, and where the application has installed an agent of its own (a proxy, say), which is respected.
 * The class is taken from the agent that Node's own `fetch` uses: another copy of undici would not fit it.
 */
export function connectionAgent(connectTimeout: number): object | undefined {
  if (typeof globalThis.Response !== 'function') return undefined; // also makes Node load its undici
  const installed: unknown = Reflect.get(globalThis, Symbol.for('undici.globalDispatcher.1'));
  if (typeof installed !== 'object' || installed === null || installed.constructor.name !== 'Agent')
    return undefined;
  const Agent = installed.constructor as AgentConstructor;
  return new Agent({ connect: { timeout: connectTimeout }, headersTimeout: 0, bodyTimeout: 0 });
}
