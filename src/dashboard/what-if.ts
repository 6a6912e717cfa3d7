import type { LedgerRow } from '../plugins/ledger/index.ts';
import type { LoggedRequest } from '../simulator/log/read-log.ts';
import type { RequestEndEvent } from '../types/event.ts';
import type { AttemptSummary } from '../types/result/result.ts';
import { compact } from '../util/json.ts';
import { groupRows, lineOfRows, mainOf, type RequestRows } from './ledger/requests.ts';
import type { Settings } from './options.ts';
import type { WhatIf } from './protocol.ts';

/** Requests that are replayed: a few seconds of work, in steps between which the process serves others. */
const most = 5_000;
const limits = [
  'Whether the answers would have been as good.',
  'Whether a target would have slowed down or rejected requests under more traffic than it had.',
  'Requests that a cache answered: they are not replayed.',
  'Which timeouts, retries, breakers and limits the application has: the simulation uses the router’s defaults.',
];

/** An invalid strategy, or nothing to replay. */
export class WhatIfError extends Error {}

/**
 * Replays the last requests with other strategies, in virtual time.
 *
 * @throws WhatIfError
 */
export async function whatIf(
  { ledger }: Pick<Settings, 'ledger'>,
  ended: readonly RequestEndEvent[],
  strategies: readonly string[],
): Promise<WhatIf> {
  const requests =
    ledger === undefined
      ? ended.filter(({ lookup }) => lookup === undefined).map(fromEvent)
      : (await groupRows(ledger.rows({ limit: 2 * most }), most))
          .filter((rows) => mainOf(rows).lookup === null)
          .map(fromRows);
  requests.sort((a, b) => a.at - b.at);
  const [from, to] = [requests[0]?.at, requests.at(-1)?.at];
  if (from === undefined || to === undefined) throw new WhatIfError('there are no requests to replay yet');
  // The simulator contains a second router, so it loads when it is used.
  const { simulateLog } = await import('../simulator/replay.ts');
  const result = await simulateLog(requests, strategies).catch((error: unknown) => {
    throw error instanceof Error && error.name === 'UsageError' ? new WhatIfError(error.message) : error;
  });
  return { from, to, ...result, limits };
}

function fromEvent(event: RequestEndEvent): LoggedRequest {
  const { startedAt, kind, route, outcome, target, attempts, usage, cost, wastedCost, duration } = event;
  const { firstToken, error, decision, metadata, mirror = false } = event;
  const session = undefined;
  return {
    at: startedAt,
    ...{ kind, route, outcome, target, attempts, usage, cost, wastedCost, duration },
    ...{ firstToken, error, decision, metadata, mirror, session },
  };
}

function fromRows(rows: RequestRows): LoggedRequest {
  const main = mainOf(rows);
  const { wasted } = lineOfRows(rows);
  const isAnswer = main.charge === 'answer';
  return {
    at: main.at,
    kind: kindOf(main.operation),
    route: main.route ?? 'default',
    outcome: main.requestOutcome,
    target: isAnswer ? (main.target ?? undefined) : undefined,
    attempts: rows.flatMap(attemptOf),
    usage: isAnswer ? main.usage : undefined,
    cost: isAnswer ? (main.cost ?? undefined) : undefined,
    wastedCost: wasted,
    duration: main.requestDuration,
    firstToken: main.requestFirstToken ?? undefined,
    error: main.requestError ?? undefined,
    decision: main.decision ?? undefined,
    metadata: main.metadata ?? {},
    session: main.session ?? undefined,
    mirror: main.mirror,
  };
}

function kindOf(operation: string): LoggedRequest['kind'] {
  return operation === 'stream' || operation === 'embed' || operation === 'image' ? operation : 'chat';
}

function attemptOf(row: LedgerRow): readonly AttemptSummary[] {
  const { target, outcome, errorKind, errorStatus, errorCode } = row;
  if (outcome === null || target === null) return [];
  const kind = errorKind as NonNullable<AttemptSummary['error']>['kind'] | null;
  return [
    compact({
      target,
      outcome,
      hedge: row.hedge || undefined,
      duration: row.duration,
      firstToken: row.firstToken ?? undefined,
      error:
        kind === null
          ? undefined
          : compact({ kind, status: errorStatus ?? undefined, code: errorCode ?? undefined }),
      usage: row.usage,
      cost: row.cost ?? undefined,
      billed: row.billed,
      serviceTier: row.serviceTier ?? undefined,
      region: row.region ?? undefined,
    }),
  ];
}
