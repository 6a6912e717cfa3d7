/** The direction of imports: what a folder, or a file at the top of src/, may know of. */
const folder = (...names) => `^src/(${names.join('|')})(/|\\.ts$)`;

const base = ['types', 'errors', 'util'];

const directions = {
  types: [],
  errors: ['types'],
  util: ['types', 'errors'],
  stats: base,
  limits: base,
  health: [...base, 'stats'],
  pricing: base,
  strategies: base,
  selectors: base,
  core: [...base, 'stats', 'limits', 'health', 'pricing', 'strategies'],
  router: [
    ...base,
    'stats',
    'limits',
    'health',
    'pricing',
    'strategies',
    'core',
    'stores',
    'plugins',
    'batch',
    'agent',
  ],
  batch: [...base, 'pricing'],
  agent: [...base, 'pricing'],
  index: ['types', 'errors', 'strategies', 'router', 'agent'],
  transport: base,
  providers: [...base, 'transport'],
  catalog: [...base, 'core', 'pricing', 'providers'],
  adapters: [...base, 'providers'],
  // Pricing is pure functions: what usage costs.
  plugins: [...base, 'pricing'],
  stores: base,
  testing: [...base, 'core'],
  simulator: [...base, 'core', 'pricing', 'strategies', 'router', 'testing', 'stats', 'plugins'],
  dashboard: [...base, 'pricing', 'plugins', 'simulator'],
  cli: [
    ...base,
    'simulator',
    'core',
    'pricing',
    'strategies',
    'router',
    'testing',
    'stats',
    'catalog',
    'plugins',
    'stores',
    'dashboard',
    'batch',
    'adapters',
  ],
};

const mayImport = ([from, to]) => ({
  name: `${from}-imports`,
  comment: `src/${from} may import only itself, ${to.join(', ')} and packages`,
  severity: 'error',
  from: { path: folder(from) },
  to: { path: '^src/', pathNot: folder(from, ...to) },
});

const sdks = '^node_modules/(openai|@anthropic-ai|@google)/';
const heavy = '^node_modules/@cfworker/json-schema/|^src/pricing/price-data';

export default {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    ...Object.entries(directions).map(mayImport),
    {
      name: 'src-only',
      comment: 'what is published does not use what is not',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '^(test|examples|demo|scripts|dist)/' },
    },
    {
      name: 'vendors-apart',
      comment: 'what vendors share is in shared/, or in chat-completions/',
      severity: 'error',
      // Behind a model of the AI SDK is any of them.
      from: { path: '^src/providers/([^/]+)/', pathNot: '^src/providers/ai-sdk/' },
      to: { path: '^src/providers/[^/]+/', pathNot: '^src/providers/($1|chat-completions|shared)/' },
    },
    {
      name: 'sdks-in-providers',
      comment: 'nothing but a provider knows an SDK',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/providers/' },
      to: { path: sdks },
    },
    {
      name: 'langchain-in-its-adapter',
      comment: 'nothing else needs it, or loads it',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/adapters/langchain/' },
      to: { path: '^node_modules/@langchain/' },
    },
    {
      name: 'loaded-when-used',
      comment: 'by import() at the first use, and without its types, which differ from version to version',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: `${sdks}|${heavy}`, dynamic: false },
    },
    {
      name: 'no-zod',
      comment: 'any Standard Schema will do, by its structure; but for what comes in from a network',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/adapters/openai-fetch/' },
      to: { path: '^node_modules/zod/' },
    },
    {
      name: 'web-apis-only',
      comment:
        'but for the command, which runs on Node, and for the types of what the transport asks Node itself for',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(cli|transport/node|stores/sqlite|plugins/ledger|util/node)' },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'no-node-in-bundles',
      comment: 'types only: an import would be in the way of browsers and edge runtimes',
      severity: 'error',
      from: { path: '^src/(transport/node|stores/sqlite|plugins/ledger|util/node)' },
      to: { dependencyTypes: ['core'], dependencyTypesNot: ['type-only'] },
    },
    { name: 'no-unresolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
    {
      name: 'declared-dependencies',
      comment:
        'an application gets only what package.json lists under dependencies, or what it installs itself',
      severity: 'error',
      // The build puts the page and its libraries into one text, and the prices into the package.
      from: { path: '^src/', pathNot: '^src/(dashboard/page/|pricing/price-data)' },
      to: {
        dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'],
        dependencyTypesNot: ['npm', 'npm-peer'],
      },
    },
  ],
  required: [
    {
      name: 'has-a-direction',
      comment: 'each file in src/ is in a folder that has its line in the table above',
      severity: 'error',
      module: { path: '^src/', pathNot: folder(...Object.keys(directions)) },
      to: { path: '^there is none' },
    },
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'default'] },
  },
};
