import type { LedgerWriter } from '../../../src/plugins/ledger/index.ts';

type LedgerRecord = Parameters<LedgerWriter['append']>[0][number];

const day = 86_400_000;
/** How many days the records go back, and what they are spread over. */
export const days = 90;
const tenants = 20;
const models = 15;
const users = 5_000;

/** Like a year's traffic of a middling application: mostly answers, some failures with failover, hedges, caches, tags. */
export function* records(count: number, until: number): Generator<LedgerRecord> {
  const first = until - days * day;
  for (let index = 0, rows = 0; rows < count; index++) {
    const record = recordAt(index, first + Math.floor((rows / count) * days * day));
    rows += Math.max(1, record.attempts.length);
    yield record;
  }
}

function recordAt(index: number, startedAt: number) {
  const spread = (index * 2_654_435_761) % 4_294_967_296;
  const model = spread % models;
  const fails = spread % 100 < 3;
  const target = `vendor-${model % 4}/model-${model}`;
  const input = 200 + (spread % 3_000);
  const output = 20 + (spread % 700);
  const parts = { input: input * 1e-6, output: output * 4e-6, cacheRead: 0, cacheWrite: 0, request: 0 };
  const cost = {
    total: parts.input + parts.output,
    ...parts,
    webSearch: 0,
    fileSearch: 0,
    codeExecution: 0,
    image: 0,
    source: 'declared',
    estimated: false,
  } as const;
  const usage = { inputTokens: input, outputTokens: output, cacheReadTokens: input >> 1 };
  const firstToken = 150 + (spread % 900);
  const answered = {
    target,
    usage,
    cost,
    provider: `vendor-${model % 4}`,
    model: `model-${model}`,
    started: fails ? 80 : 0,
    duration: firstToken + output * 10,
    firstToken,
    outcome: 'success',
    billed: 'yes',
  } as const;
  const failed = {
    target: 'vendor-0/model-0',
    provider: 'vendor-0',
    model: 'model-0',
    started: 0,
    duration: 80,
    outcome: 'failed',
    billed: 'no',
    error: { kind: 'overloaded', status: 503 },
  } as const;
  const notes =
    index % 3 === 0
      ? [{ plugin: 'cache', facts: { target, promptCache: 'hit', promptCacheSaved: 0.0001 } }]
      : [{ plugin: 'cache', facts: { target, promptCache: 'miss', promptCacheMiss: 'first-use' } }];
  return {
    type: 'request-end',
    requestId: `request-${index}`,
    startedAt,
    kind: index % 4 === 0 ? 'chat' : 'stream',
    outcome: 'success',
    route: ['chat', 'search', 'default'][index % 3] ?? 'default',
    target,
    attempts: fails ? [failed, answered] : [answered],
    usage,
    cost,
    wastedCost: 0,
    duration: answered.started + answered.duration,
    firstToken: answered.started + firstToken,
    tenant: `tenant-${spread % tenants}`,
    user: `user-${spread % users}`,
    ...(index % 4 === 0 ? { tags: [`team-${spread % 6}`] } : {}),
    decision: { route: 'chat', strategy: 'priority', candidates: [{ target }], skipped: [], notes },
  } satisfies LedgerRecord;
}
