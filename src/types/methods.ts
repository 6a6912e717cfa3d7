/** Methods that a plugin adds to its router, by name. */
export type PluginMethods = Readonly<Record<string, (...args: never[]) => unknown>>;

/** The methods that plugins add to a router. */
export type MethodsOf<Plugins extends readonly unknown[]> = Plugins[number] extends infer P
  ? (P extends { readonly methods: infer M extends PluginMethods } ? (methods: M) => void : never) extends (
      methods: infer All,
    ) => void
    ? All
    : unknown
  : unknown;
