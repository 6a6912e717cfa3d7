import { asObject } from '../util/json.ts';
import { updates } from './event-stream.ts';
import { moneyOf } from './ledger/money.ts';
import { detailFrom } from './ledger/source.ts';
import type { LiveSource } from './live/source.ts';
import type { Settings } from './options.ts';
import { type Dimension, dimensions, type Money, type RequestDetail, type WhatIf } from './protocol.ts';
import { eventStream, refusal } from './responses.ts';
import type { Source } from './source.ts';
import { WhatIfError, whatIf } from './what-if.ts';

/** The result of an endpoint: a response, or a value for one; `undefined` if it does not exist. */
type Answer = Response | object | undefined;

/** Answers a request for data: its name, its parameters and its headers. */
export type Endpoints = (name: string, query: URLSearchParams, headers: Headers) => Promise<Answer>;

/** Maximum number of open event streams, each of which polls for changes. */
const mostReaders = 50;
const day = /^\d{4}-\d\d-\d\d$/;

export function routes(
  settings: Settings,
  live: LiveSource | undefined,
  source: Source | undefined,
): Endpoints {
  // Workers have no random numbers before the first request.
  let epoch: string | undefined;
  const readers = { open: 0 };
  let simulating: Promise<unknown> | undefined;
  return async (name, query, headers) => {
    if (source === undefined) return undefined;
    try {
      switch (name) {
        case 'events':
          if (readers.open >= mostReaders) return refusal(503, 'too many readers');
          epoch ??= crypto.randomUUID().slice(0, 8);
          return eventStream(
            counted(updates(source, settings.clock, epoch, headers.get('last-event-id')), readers),
          );
        case 'request':
          return await requestOf(settings, source, query.get('id') ?? '');
        case 'money':
          return await money(settings, live, query);
        case 'what-if': {
          if (simulating !== undefined) return refusal(429, 'another simulation runs');
          const run = simulation(settings, live, query);
          simulating = run;
          return await run.finally(() => {
            simulating = undefined;
          });
        }
        default:
          return undefined;
      }
    } catch (error) {
      // An invalid parameter, or a ledger that cannot be read. Error texts may contain paths and rows.
      if (error instanceof WhatIfError) return refusal(400, error.message);
      const isOurs = error instanceof Error && error.name === 'ConfigError';
      return refusal(isOurs ? 400 : 500, isOurs ? error.message : 'the ledger cannot be read');
    }
  };
}

async function requestOf(settings: Settings, source: Source, id: string): Promise<RequestDetail | undefined> {
  const { ledger, content } = settings;
  const detail =
    (await source.detail(id)) ?? (ledger === undefined ? undefined : await detailFrom(ledger, id, content));
  if (detail === undefined || !content || ledger === undefined) return detail;
  const kept = await ledger.content(id.replace(/@[^@]*$/, ''));
  if (kept === undefined) return detail;
  return { ...detail, content: { prompt: kept.prompt ?? null, answer: kept.answer ?? null } };
}

async function money(
  { ledger, clock }: Settings,
  live: LiveSource | undefined,
  query: URLSearchParams,
): Promise<Money | Response | undefined> {
  const by = query.get('by') ?? 'tenant';
  if (!isDimension(by)) return refusal(400, `by: expected one of ${dimensions.join(', ')}`);
  const [from, to] = [query.get('from') ?? undefined, query.get('to') ?? undefined];
  for (const [name, value] of Object.entries({ from, to }))
    if (value !== undefined && !day.test(value))
      return refusal(400, `${name}: expected a day such as 2026-11-28`);
  const where = whereOf(query.get('where'));
  if (where === undefined) return refusal(400, 'where: expected names and values as a JSON object');
  if (ledger === undefined) return live?.money(by);
  return await moneyOf(ledger, { by, from, to, where }, () => clock.now());
}

function whereOf(text: string | null): Partial<Record<Dimension, string | null>> | undefined {
  if (text === null) return {};
  try {
    const fields = asObject(JSON.parse(text));
    if (fields === undefined) return undefined;
    const where: Partial<Record<Dimension, string | null>> = {};
    for (const [name, value] of Object.entries(fields)) {
      if (!isDimension(name) || (value !== null && typeof value !== 'string')) return undefined;
      where[name] = value;
    }
    return where;
  } catch {
    return undefined;
  }
}

async function simulation(
  settings: Settings,
  live: LiveSource | undefined,
  query: URLSearchParams,
): Promise<WhatIf> {
  const strategies = query.getAll('strategy');
  if (strategies.length === 0 || strategies.length > 6)
    throw new WhatIfError('strategy: expected one to six strategies');
  return await whatIf(settings, live?.ended() ?? [], strategies);
}

/** Counts a stream as open until it ends. */
function counted(body: ReadableStream<Uint8Array>, readers: { open: number }): ReadableStream<Uint8Array> {
  readers.open += 1;
  let isOpen = true;
  const close = (): void => {
    if (isOpen) readers.open -= 1;
    isOpen = false;
  };
  const reader = body.getReader();
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const { done, value } = await reader.read();
          if (!done) return controller.enqueue(value);
          close();
          controller.close();
        } catch (error) {
          close();
          controller.error(error);
        }
      },
      async cancel(reason) {
        close();
        await reader.cancel(reason);
      },
    },
    { highWaterMark: 0 },
  );
}

function isDimension(name: string): name is Dimension {
  return dimensions.some((each) => each === name);
}
