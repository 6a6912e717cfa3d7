/** The sub-paths of the package and their source files; `index` is `signalbox` itself. */
export const entries = {
  index: 'src/index.ts',
  openai: 'src/providers/openai/index.ts',
  anthropic: 'src/providers/anthropic/index.ts',
  google: 'src/providers/google/index.ts',
  'openai-compatible': 'src/providers/openai-compatible/index.ts',
  'ai-sdk': 'src/adapters/ai-sdk/index.ts',
  langchain: 'src/adapters/langchain/index.ts',
  'openai-fetch': 'src/adapters/openai-fetch/index.ts',
  catalog: 'src/catalog/index.ts',
  sqlite: 'src/stores/sqlite/index.ts',
  redis: 'src/stores/redis/index.ts',
  memory: 'src/stores/memory/index.ts',
  complexity: 'src/selectors/index.ts',
  guardrails: 'src/plugins/guardrails/index.ts',
  log: 'src/plugins/log/index.ts',
  testing: 'src/testing/index.ts',
} as const;
