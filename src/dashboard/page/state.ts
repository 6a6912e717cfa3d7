import { computed, signal } from '@preact/signals';
import type { BudgetReport } from '../../plugins/budgets/index.ts';
import type {
  About,
  CacheLine,
  Notice,
  OutageLine,
  RequestLine,
  TargetLine,
  Totals,
  Update,
} from '../protocol.ts';

/** As many as the server keeps. */
const most = 1_000;

export const views = ['targets', 'requests', 'money', 'outages', 'budgets', 'caches', 'what-if'] as const;
export type View = (typeof views)[number];

/** `connecting`, `live`, `lost`: trying again; `locked`: without the right token; `refused`: for another reason. */
export const connection = signal<'connecting' | 'live' | 'lost' | 'locked' | 'refused'>('connecting');
/** Why the connection is not live. */
export const problem = signal('');
export const about = signal<About | undefined>(undefined);
export const totals = signal<Totals | undefined>(undefined);
export const outages = signal<readonly OutageLine[]>([]);
export const budgets = signal<readonly BudgetReport[] | null>(null);
export const caches = signal<readonly CacheLine[]>([]);
export const notices = signal<readonly Notice[]>([]);
const targetsById = signal<ReadonlyMap<string, TargetLine>>(new Map());
export const targets = computed(() => [...targetsById.value.values()]);
const requestsById = signal<ReadonlyMap<string, RequestLine>>(new Map());
/** The latest first. */
export const requests = computed(() => [...requestsById.value.values()].reverse());
export const requestOf = (id: string): RequestLine | undefined => requestsById.value.get(id);

/** The view, and what is open in it. */
export const place = signal<{ readonly view: View; readonly id: string | undefined }>({
  view: 'targets',
  id: undefined,
});
/** The text that requests and targets have to contain. */
export const filter = signal('');
/** Which requests are listed. */
export const kind = signal('all');
export const helpOpen = signal(false);

/** Applies changes. */
export function apply(update: Update): void {
  if (update.about !== undefined) about.value = update.about;
  if (update.totals !== undefined) totals.value = update.totals;
  if (update.outages !== undefined) outages.value = update.outages;
  if (update.budgets !== undefined) budgets.value = update.budgets;
  if (update.caches !== undefined) caches.value = update.caches;
  if (update.notices !== undefined) notices.value = update.notices;
  if (update.targets !== undefined) {
    const known = new Map(targetsById.value);
    for (const target of update.targets) known.set(target.id, target);
    targetsById.value = known;
  }
  if (update.gone !== undefined) {
    const gone = new Set(update.gone);
    targetsById.value = new Map([...targetsById.value].filter(([id]) => !gone.has(id)));
  }
  if (update.requests === undefined) return;
  const known = new Map(update.all === true ? [] : requestsById.value);
  for (const request of update.requests) known.set(request.id, request);
  for (const id of known.keys()) {
    if (known.size <= most) break;
    known.delete(id);
  }
  requestsById.value = known;
}

/** Reads the place from the fragment: `#/requests/42`. */
export function readPlace(): void {
  const [, view = '', id] = /^#\/([\w-]+)(?:\/(.+))?$/.exec(location.hash) ?? [];
  const known = views.find((each) => each === view);
  place.value = { view: known ?? 'targets', id: id === undefined ? undefined : decodeURIComponent(id) };
}

export function hrefOf(view: View, id?: string): string {
  return `#/${view}${id === undefined ? '' : `/${encodeURIComponent(id)}`}`;
}

export function go(view: View, id?: string): void {
  location.hash = hrefOf(view, id);
}
