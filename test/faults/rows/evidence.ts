import { json } from '../../support/fault-server.ts';
import { ask, type Facts, healthy, onStage, type Row, until } from '../stage.ts';
import { all, ownTransport, type refuse, type Vendor, words } from '../vendors.ts';
import { attemptsEnded, leftAlone, leftAloneSo } from './refusals.ts';

/** The vendor's error body with another message and other details. */
function worded(
  vendor: Vendor,
  kind: 'rate-limit' | 'overloaded' | 'server',
  message: string,
  details: readonly object[] = [],
): object {
  const { body } = vendor.refusal(kind);
  const { error } = body as { readonly error: object };
  return { ...(body as object), error: { ...error, message, details } };
}

/** Vendors whose SDK hides the headers of a failure say it in the body. */
const hidesHeaders = (vendor: Vendor): boolean => !ownTransport.includes(vendor.name);

/** A failure that says to come back after so many seconds: by Retry-After where that can be seen, else as Google's APIs do. */
function comeBack(vendor: Vendor, kind: 'overloaded' | 'server', status: number, seconds: number) {
  if (!hidesHeaders(vendor)) {
    return json(vendor.refusal(kind).body, status, { 'retry-after': String(seconds) });
  }
  const details = [{ '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: `${seconds}s` }];
  return json(worded(vendor, kind, 'Try again later', details), status);
}

/** The only target refuses once: how long the request waits for it, and how often it is asked meanwhile. */
async function alone(vendor: Vendor, refusal: ReturnType<typeof refuse>, wait: number): Promise<Facts> {
  return onStage(vendor, { targets: ['T1'] }, async (stage) => {
    stage.t1.behave(refusal, healthy(vendor, words));
    const { seen } = ask(stage, 'chat');
    await until(() => attemptsEnded(stage) === 1);
    if (wait > 0) await stage.clock.advance(wait - 1);
    const before = stage.t1.received.length;
    if (wait > 0) await stage.clock.advance(1);
    return { ...(wait > 0 ? { before } : {}), ...(await seen), waited: stage.clock.now() };
  });
}

/** A date of the past, or none at all, both by headers of a vendor that shows them. */
function overdue(vendor: Vendor) {
  const now = Math.floor(Date.now() / 1_000) * 1_000;
  const headers = { date: new Date(now).toUTCString(), 'retry-after': new Date(now - 60_000).toUTCString() };
  return json(vendor.refusal('rate-limit').body, 429, headers);
}

/** Whose fault a failure is, and what follows from it. */
export const evidence: readonly Row[] = [
  {
    number: 73,
    fault: 'when to come back, by other spellings and on other statuses than 429',
    vendors: all,
    expected: (vendor) => ({
      inWords: leftAloneSo('rate-limit', 'exhausted'),
      inMinutes: leftAloneSo('rate-limit', 'exhausted'),
      overloaded: leftAloneSo('overloaded', 'exhausted'),
      broken: leftAloneSo('server', 'exhausted'),
      alone: { before: 1, answer: 'T1', attempts: ['T1 overloaded', 'T1 success'], hits: 2, waited: 30_000 },
      ...(hidesHeaders(vendor)
        ? {}
        : { overdue: { answer: 'T1', attempts: ['T1 rate-limit', 'T1 success'], hits: 2, waited: 0 } }),
    }),
    play: async (vendor) => {
      const overloaded = comeBack(vendor, 'overloaded', 503, 30);
      const say = (message: string) => json(worded(vendor, 'rate-limit', message), 429);
      return {
        inWords: await leftAlone(vendor, say('Too many requests. Please retry after 33 seconds.'), 33_000),
        inMinutes: await leftAlone(vendor, say('Rate limit reached. Try again in 1m30s.'), 90_000),
        overloaded: await leftAlone(vendor, overloaded, 30_000),
        broken: await leftAlone(vendor, comeBack(vendor, 'server', 500, 12), 12_000),
        alone: await alone(vendor, overloaded, 30_000),
        ...(hidesHeaders(vendor) ? {} : { overdue: await alone(vendor, overdue(vendor), 0) }),
      };
    },
  },
];
