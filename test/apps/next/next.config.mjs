// Without it, Next warns where a folder above has a lockfile too.
export default { turbopack: { root: import.meta.dirname } };
