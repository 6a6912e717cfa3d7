/**
 * A module of Node's, loaded at run time, so that bundles for browsers and edge runtimes do not import it.
 *
 * @param needed for the error: what needs the module, and who has it
 */
export function builtinModule<T>(id: string, needed: string): T {
  const { process } = globalThis as { process?: { getBuiltinModule?(id: string): unknown } };
  const found = process?.getBuiltinModule?.(id);
  if (found === undefined) throw new Error(`${needed} the module ${id}`);
  return found as T;
}
