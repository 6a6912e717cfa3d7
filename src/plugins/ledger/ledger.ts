import { ConfigError } from '../../errors.ts';
import type { Clock } from '../../types/clock.ts';
import type { AttemptPlan, Plugin, RequestContext, RequestObserver } from '../../types/plugin.ts';
import type { AttemptSummary } from '../../types/result/result.ts';
import { check, checkObject, refuse, show } from '../../util/option-check.ts';
import { amount, atLeast, count, oneOf } from '../../util/shape.ts';
import { systemClock } from '../../util/time/clock.ts';
import { Delivery, type LedgerStatus } from './delivery.ts';
import type { LedgerReader, LedgerWriter } from './reading.ts';
import { type AuditEntry, requestAudit, toAudit } from './records/audit.ts';
import { configAudits } from './records/config-audit.ts';
import { type ContentMode, contentOf, toContent } from './records/content.ts';
import { type EndedAttempt, type EndedRequest, endedRequest, toRecord } from './records/record.ts';

/** The options of `ledger`. */
export interface LedgerOptions {
  /** Which form of prompts and answers to keep. @default 'none' */
  readonly content?: ContentMode;
  /** Redacts a text before it is stored. Required by, and only for, `content: 'redacted'`. */
  readonly redact?: (text: string) => string;
  /** Keys of the calls' metadata to keep. @default none */
  readonly metadata?: readonly string[];
  /**
   * Adds an audit entry for each request: the party, route and target, and the reasons why targets were skipped. @default false
   */
  readonly audit?: boolean;
  /**
   * Adds audit entries if the declarations of targets, routes, limits, plugins or options differ from the last time that a router
   * used this ledger. In a JSONL file, each start adds one with the hashes of all of them.
   *
   * @default true
   */
  readonly auditConfig?: boolean;
  /** How long to keep rows and texts. Daily sums are kept forever. @default forever */
  readonly retention?: {
    /** Days to keep rows. */
    readonly rows?: number;
    /** Days to keep the text of prompts and answers. */
    readonly content?: number;
  };
  /** Maximum records per write. @default 500 */
  readonly batch?: number;
  /** Maximum milliseconds from the end of a request to its batch. @default 100 */
  readonly interval?: number;
  /** Maximum records to hold while nothing can be written; beyond that the oldest are dropped. @default 10,000 */
  readonly buffer?: number;
  /** Maximum milliseconds for `router.close()` to write the remaining records. @default 5,000 */
  readonly closeTimeout?: number;
}

/** A ledger: a plugin, and the methods that read it. */
export interface Ledger extends Plugin, Omit<LedgerReader, 'close'> {
  /** The state of the records so far. */
  readonly status: LedgerStatus;
  /** Records a change by a person or a program. */
  audit(entry: AuditEntry): void;
  /** Resolves when all that has ended so far is written. */
  flush(): Promise<void>;
  /** Writes the remaining records and closes the writer. `router.close()` does it. */
  close(): Promise<void>;
}

const day = 86_400_000;
/** Milliseconds between two searches for old rows. */
const retentionInterval = 3_600_000;

/**
 * Records each attempt that a vendor bills or may bill, and each that failed, with its cost, in batches in the background. A ledger that
 * cannot write slows no request: errors are `plugin-error` events, and `status.dropped` counts what was lost.
 *
 * Prompts and answers are not kept, unless `content` says so.
 *
 * @throws ConfigError naming the invalid option
 * @example
 * const usage = ledger(sqlite('usage.db'));
 * const router = createRouter({ targets, plugins: [usage] });
 * await usage.query({ from: '2026-11-01', by: ['tenant', 'model'] });
 */
export function ledger(writer: LedgerWriter, options: LedgerOptions = {}): Ledger {
  checkOptions(writer, options);
  const { content = 'none', redact = (text) => text, metadata = [], audit = false, retention = {} } = options;
  const { auditConfig = true } = options;
  const { batch = 500, interval = 100, buffer = 10_000, closeTimeout = 5_000 } = options;
  let clock: Clock = systemClock;
  let report = (_: unknown): void => {};
  let retainedAt = Number.NEGATIVE_INFINITY;

  const retain = async (): Promise<void> => {
    const now = clock.date();
    if (writer.retain === undefined || now - retainedAt < retentionInterval) return;
    retainedAt = now;
    const before = (days: number | undefined) => (days === undefined ? undefined : now - days * day);
    const [rows, contents] = [before(retention.rows), before(retention.content)];
    if (rows === undefined && contents === undefined) return;
    await writer
      .retain({
        ...(rows === undefined ? {} : { rows }),
        ...(contents === undefined ? {} : { content: contents }),
      })
      .catch(report);
  };
  const delivery = new Delivery({
    writer,
    batch,
    interval,
    buffer,
    closeTimeout,
    clock: () => clock,
    report: (error) => report(error),
    written: retain,
  });

  const record = (ended: EndedRequest): void => {
    delivery.offer(() =>
      toRecord(
        ended,
        metadata,
        content === 'none' || ended.content === undefined
          ? undefined
          : toContent(ended.content, content, redact),
      ),
    );
    if (audit) delivery.offer(() => requestAudit(ended, clock.date()));
  };

  const recordConfig = async (declared: object): Promise<void> => {
    // A file without an index would have to be read from end to end.
    const previous = writer.name === 'jsonl' ? undefined : writer.reader;
    try {
      for (const entry of await configAudits(declared, previous, clock.date())) delivery.offer(() => entry);
    } catch (error) {
      report(error);
    }
  };

  return {
    name: 'ledger',
    install(host) {
      clock = host.clock;
      report = host.report;
      const configured = auditConfig ? recordConfig(host.options) : undefined;
      return async () => {
        await configured;
        await delivery.close();
      };
    },
    observe: (context) => observer(context, clock, content !== 'none', record),
    ...readerOf(writer),
    audit(entry) {
      const at = clock.date();
      delivery.offer(() => toAudit(entry, at));
    },
    flush: () => delivery.flush(),
    close: () => delivery.close(),
    get status() {
      return delivery.status;
    },
  };
}

function observer(
  context: RequestContext,
  clock: Clock,
  keepsContent: boolean,
  record: (ended: EndedRequest) => void,
): RequestObserver {
  const start = clock.now();
  const attempts: EndedAttempt[] = [];
  return {
    attempt({ target: plan }: AttemptPlan) {
      const started = clock.now() - start;
      return { end: (summary: AttemptSummary) => void attempts.push({ plan, started, summary }) };
    },
    end(summary) {
      const content = keepsContent ? contentOf(context.request, summary) : undefined;
      record(endedRequest(context, summary, attempts, content));
    },
  };
}

/** The writer's own way to read, or refusals. */
function readerOf({ reader, name }: LedgerWriter): Omit<LedgerReader, 'close'> {
  const missing = (): never => {
    throw new ConfigError('ledger', 'a writer with a reader', `${name}, which only writes`);
  };
  if (reader !== undefined) {
    return {
      query: (query) => reader.query(query),
      rows: (filter) => reader.rows(filter),
      audits: (filter) => reader.audits(filter),
      content: (requestId) => reader.content(requestId),
      verify: (options) => reader.verify(options),
    };
  }
  return {
    query: async () => missing(),
    rows: missing,
    audits: missing,
    content: async () => missing(),
    verify: async () => missing(),
  };
}

function checkOptions(writer: LedgerWriter, options: LedgerOptions): void {
  if (typeof (writer as Partial<LedgerWriter> | null)?.append !== 'function')
    refuse('ledger()', "a writer, such as sqlite('usage.db')", show(writer));
  const names = [
    'content',
    'redact',
    'metadata',
    'audit',
    'auditConfig',
    'retention',
    'batch',
    'interval',
    'buffer',
    'closeTimeout',
  ];
  checkObject('ledger', options, names);
  const { content, redact, metadata, audit, retention, batch, interval, buffer, closeTimeout } = options;
  check('ledger.content', content, oneOf('none', 'hash', 'redacted', 'full'));
  if (content === 'redacted' && typeof redact !== 'function')
    refuse('ledger.redact', "a function, for content: 'redacted'", show(redact));
  if (
    metadata !== undefined &&
    !(Array.isArray(metadata) && metadata.every((key) => typeof key === 'string'))
  )
    refuse('ledger.metadata', 'a list of keys', show(metadata));
  if (audit !== undefined && typeof audit !== 'boolean') refuse('ledger.audit', 'true or false', show(audit));
  check('ledger.batch', batch, count);
  check('ledger.interval', interval, amount);
  check('ledger.buffer', buffer, count);
  check('ledger.closeTimeout', closeTimeout, amount);
  if (options.auditConfig !== undefined && typeof options.auditConfig !== 'boolean')
    refuse('ledger.auditConfig', 'true or false', show(options.auditConfig));
  if (retention === undefined) return;
  checkObject('ledger.retention', retention, ['rows', 'content']);
  check('ledger.retention.rows', retention.rows, atLeast(1));
  check('ledger.retention.content', retention.content, amount);
  if (writer.retain === undefined)
    refuse('ledger.retention', `a writer that can remove rows`, `${writer.name}, which cannot`);
}
