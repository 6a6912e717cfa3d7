import { compact } from '../../../util/json.ts';
import { sha256 } from '../chain/hash.ts';
import type { AuditRecord } from '../types.ts';
import { clean, type EndedRequest } from './record.ts';

/** A change. */
export interface AuditEntry {
  /** Who did it. */
  readonly actor: string;
  /** What was done, such as `key.create`, `limit.change`, `config.change`. */
  readonly action: string;
  /** What it was done to, such as the public part of a key. */
  readonly subject?: string;
  /** The state before. The ledger keeps only its hash. */
  readonly before?: unknown;
  /** The state after, kept as its hash too. */
  readonly after?: unknown;
  /** More, without secrets; stored unchanged. */
  readonly details?: Readonly<Record<string, unknown>>;
}

export function toAudit(
  { actor, action, subject, before, after, details }: AuditEntry,
  at: number,
): AuditRecord {
  return compact({
    type: 'audit' as const,
    at,
    actor: clean(actor),
    action: clean(action),
    subject: subject === undefined ? undefined : clean(subject),
    before: before === undefined ? undefined : sha256(canonical(before)),
    after: after === undefined ? undefined : sha256(canonical(after)),
    details,
  });
}

/**
 * The party of a request, and the decision: the route, the target, and the reasons why targets were skipped.
 */
export function requestAudit(ended: EndedRequest, at: number): AuditRecord {
  const { id, user, tenant, route, target, outcome, decision, lookup } = ended;
  const details = compact({
    tenant: tenant === undefined ? undefined : clean(tenant),
    route: route === undefined ? undefined : clean(route),
    target,
    outcome,
    strategy: decision?.strategy,
    skipped: decision?.skipped.map(({ target: left, reason, plugin }) =>
      compact({ target: left, reason, plugin }),
    ),
    lookup: lookup?.plugin,
  });
  return toAudit({ actor: user ?? tenant ?? 'unknown', action: 'request', subject: id, details }, at);
}

/** JSON with sorted keys, so that equal states have equal hashes. */
export function canonical(value: unknown): string {
  const text = JSON.stringify(value, (_, each: unknown) =>
    typeof each === 'object' && each !== null && !Array.isArray(each)
      ? Object.fromEntries(Object.entries(each).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : each,
  );
  return text ?? 'undefined';
}
