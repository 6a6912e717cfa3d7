/** The direction of imports: what a folder may know of. */
const folder = (...names) => `^src/(${names.join('|')})(/|\\.ts$)`;

const mayImport = (from, ...to) => ({
  name: `${from.replaceAll('|', '-')}-imports`,
  comment: `src/${from} may import only itself, ${to.join(', ')} and packages`,
  severity: 'error',
  from: { path: folder(from) },
  to: { path: '^src/', pathNot: folder(from, ...to) },
});

export default {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    mayImport('types'),
    mayImport('errors', 'types'),
    mayImport('health', 'types', 'errors'),
    mayImport('pricing', 'types', 'errors'),
    mayImport('strategies', 'types', 'errors'),
    mayImport('core', 'types', 'errors', 'health', 'pricing', 'strategies'),
    mayImport('router', 'types', 'errors', 'health', 'pricing', 'strategies', 'core'),
    mayImport('index', 'types', 'errors', 'strategies', 'router'),
    mayImport('transport', 'types', 'errors'),
    mayImport('providers', 'types', 'errors', 'transport'),
    mayImport('testing', 'types', 'errors'),
    {
      name: 'no-vendor-in-the-core',
      comment: 'SDKs belong to their providers, and zod to the edges',
      severity: 'error',
      from: { pathNot: '^src/providers/' },
      to: { path: '^node_modules/(openai|@anthropic-ai|@google|zod)/' },
    },
    { name: 'web-apis-only', severity: 'error', from: { path: '^src/' }, to: { dependencyTypes: ['core'] } },
    { name: 'no-unresolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
    {
      name: 'no-dev-dependencies',
      severity: 'error',
      from: { path: '^src/' },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['npm-peer', 'npm-optional', 'type-only'] },
    },
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'default'] },
  },
};
