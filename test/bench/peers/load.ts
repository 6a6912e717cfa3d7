// In this folder so that names are looked up from here.

/** Loads an installed peer. */
export const load = (name: string): Promise<unknown> => import(name);

/** The file that `import` of this name would load. */
export const locate = (name: string): string => import.meta.resolve(name);
