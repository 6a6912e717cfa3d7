import { createRouter, type Router } from 'signalbox';
import { anthropic } from 'signalbox/anthropic';
import { type GuardItem, guardrails } from 'signalbox/guardrails';
import { openai } from 'signalbox/openai';
import { openaiCompatible } from 'signalbox/openai-compatible';
import { planted } from '../planted.ts';
import { type AnswerPlace, type Ask, answerPlaces, type Face, faces, type Place } from './faces/index.ts';
import { type Cell, type Kind, kinds, whyNot } from './kinds.ts';
import type { Plan } from './plan.ts';
import { contains, seenBy } from './seen.ts';
import { type Vendor, vendor } from './vendor.ts';

/** What happened at one place: a kind of guard, below an interface, in a chat or a stream, with a vendor. */
export interface Trial {
  readonly face: string;
  readonly mode: Mode;
  readonly kind: string;
  readonly vendor: VendorName;
  readonly cell: Cell;
  readonly holds: boolean;
}

export type Mode = 'chat' | 'stream';
type VendorName = 'claude' | 'gpt';
const vendors = ['claude', 'gpt'] as const;
export const modes = ['chat', 'stream'] as const;

/** One way through the matrix. */
interface Way {
  readonly face: Face;
  readonly mode: Mode;
  readonly by: VendorName;
  readonly server: Vendor;
  readonly targets: Targets;
}

/** What a vendor got, a caller saw, and guards decided. */
interface Seen {
  readonly sent: string;
  readonly out: string;
  /** Verdicts by direction, such as `request block`. */
  readonly verdicts: ReadonlySet<string>;
}

/** Plays the whole matrix, or that of one interface. */
export async function matrix(only?: string): Promise<readonly Trial[]> {
  const server = await vendor();
  const targets = targetsAt(server.url);
  const trials: Trial[] = [];
  try {
    for (const face of faces.filter(({ name }) => only === undefined || name === only))
      for (const mode of modes)
        for (const by of vendors) trials.push(...(await trialsOf({ face, mode, by, server, targets })));
  } finally {
    await server.close();
  }
  return trials;
}

async function trialsOf(way: Way): Promise<readonly Trial[]> {
  const { face, mode, by } = way;
  const shown = await reachedWithout(way);
  const trials: Trial[] = [];
  for (const kind of kinds) {
    if (!(kind.vendors ?? ['claude']).includes(by)) continue;
    const attempt = async (cell: Cell, holds: () => Promise<boolean>): Promise<void> => {
      if (whyNot(kind, cell) !== undefined) return;
      trials.push({ face: face.name, mode, kind: kind.name, vendor: by, cell, holds: await holds() });
    };
    for (const place of face.places)
      await attempt(`to vendor: ${place}`, () => holdsRequest(way, place, kind));
    for (const place of answerPlaces.filter((each) => shown.has(`to caller: ${each}`))) {
      await attempt(`to caller: ${place}`, () => holdsAnswer(way, place, kind));
      await attempt(`restored: ${place}`, () => restores(way, place, kind));
    }
  }
  return trials;
}

/** The cells whose values reach vendor or caller when nothing guards them. */
async function reachedWithout(way: Way): Promise<ReadonlySet<Cell>> {
  const value = planted.github;
  const reached = new Set<Cell>();
  for (const place of way.face.places) {
    const { sent } = await askAt(way, place, value);
    if (contains(sent, value)) reached.add(`to vendor: ${place}`);
  }
  for (const place of answerPlaces) {
    const { out } = await answerAt(way, place, () => value);
    if (contains(out, value)) reached.add(`to caller: ${place}`);
  }
  return reached;
}

/** The same with any of the vendors. */
export async function unguarded(face: Face, mode: Mode): Promise<ReadonlySet<Cell>> {
  const server = await vendor();
  const targets = targetsAt(server.url);
  const reached = new Set<Cell>();
  try {
    for (const by of vendors)
      for (const cell of await reachedWithout({ face, mode, by, server, targets })) reached.add(cell);
  } finally {
    await server.close();
  }
  return reached;
}

async function holdsRequest(way: Way, place: Place, kind: Kind): Promise<boolean> {
  const { does, value, adds = '' } = kind;
  const { sent, verdicts } = await askAt(way, place, value === '' ? 'nothing' : value, kind);
  if (does === 'add') return contains(sent, adds);
  const isDecided = verdicts.has(does === 'block' ? 'request block' : 'request replace');
  const isSent = does === 'block' || (sent !== '' && requestsSchema(place, sent));
  return isDecided && isSent && !contains(sent, value);
}

async function holdsAnswer(way: Way, place: AnswerPlace, kind: Kind): Promise<boolean> {
  const { does, value } = kind;
  const { sent, out, verdicts } = await answerAt(way, place, () => value, kind);
  const isDecided = verdicts.has(does === 'block' ? 'answer block' : 'answer replace');
  return isDecided && requestsSchema(place, sent) && !contains(out, value);
}

async function restores(way: Way, place: AnswerPlace, kind: Kind): Promise<boolean> {
  const { value } = kind;
  const placeholder = (text: string): string => /\[[A-Z_]+_1\]/.exec(text)?.[0] ?? 'none';
  const { sent, out } = await answerAt(way, place, placeholder, kind, `I am ${value} and well.`);
  return requestsSchema(place, sent) && !contains(sent, value) && contains(out, value);
}

function requestsSchema(place: Place | AnswerPlace, sent: string): boolean {
  return place !== 'structured output' || sent.includes('json_schema');
}

/** A request with a value at a place. */
function askAt(way: Way, place: Place, value: string, kind?: Kind): Promise<Seen> {
  const { face, mode } = way;
  const plan = (): Plan => ({ text: place === 'structured output' ? '{"q":"Done."}' : 'Done.' });
  const ask = askFor(place, value);
  return play(way, kind, plan, (router) =>
    place === 'embeddings'
      ? (face.embed?.(router, `about ${value}`) ?? Promise.resolve())
      : face[mode](router, ask),
  );
}

function askFor(place: Place, value: string): Ask {
  const text = `Please look at ${value} today.`;
  switch (place) {
    case 'reasoning':
      return { text: 'Go on', reasoning: text };
    case 'tool arguments':
      return { text: 'Go on', toolArguments: value };
    case 'tool results':
      return { text: 'Go on', toolResult: text };
    case 'file names':
      return { text: 'Go on', fileName: value };
    case 'structured output':
      return { text: 'Go on', object: value };
    default:
      return { text };
  }
}

/** An answer with a value at a place; `valueFor` sees the request. */
function answerAt(
  way: Way,
  place: AnswerPlace,
  valueFor: (request: string) => string,
  kind?: Kind,
  text = 'Hello',
): Promise<Seen> {
  const { face, mode } = way;
  let turns = 0;
  const plan = (request: string): Plan =>
    turns++ > 0 && place === 'tool arguments' ? { text: 'Done.' } : planFor(place, valueFor(request));
  const ask = { text, ...(place === 'structured output' ? { object: 'x' } : {}) };
  return play(way, kind, plan, (router) => face[mode](router, ask));
}

function planFor(place: AnswerPlace, value: string): Plan {
  const text = `Look at ${value} please. Bye.`;
  switch (place) {
    case 'reasoning':
      return { reasoning: text, text: 'Done.' };
    case 'tool arguments':
      return { toolArguments: { q: value } };
    case 'tool results':
      return { toolResult: text, text: 'Done.' };
    case 'file names':
      return { fileName: value, text: 'Done.' };
    case 'structured output':
      return { text: JSON.stringify({ q: value }) };
    default:
      return { text };
  }
}

async function play(
  { by, server, targets }: Way,
  kind: Kind | undefined,
  plan: (request: string) => Plan,
  run: (router: Router) => Promise<unknown>,
): Promise<Seen> {
  const router = routerOver(targets, by, kind?.guard(server.url));
  const verdicts = new Set<string>();
  router.on('note', ({ facts }) => verdicts.add(`${facts['direction']} ${facts['verdict']}`));
  server.plan(({ text }) => plan(text));
  try {
    const out = await seenBy(() => run(router));
    return { sent: server.sent, out, verdicts };
  } finally {
    await router.close();
  }
}

const apiKey = 'key';

type Targets = ReturnType<typeof targetsAt>;

/** The targets over one server. */
function targetsAt(url: string) {
  const claude = anthropic({ apiKey, baseURL: url });
  const gpt = openai({ apiKey, baseURL: `${url}/v1`, api: 'responses' });
  const local = openaiCompatible({ name: 'local', baseURL: `${url}/guardian`, apiKey });
  return [
    { provider: claude, model: 'claude-haiku-4-5', id: 'claude' },
    { provider: gpt, model: 'gpt-5-mini', id: 'gpt' },
    { provider: gpt, model: 'text-embedding-3-small', id: 'embed' },
    { provider: local, model: 'meta-llama/llama-guard-4-12b', id: 'llama-guard' },
    { provider: local, model: 'granite-guardian-3.3-8b', id: 'granite-guardian' },
    { provider: local, model: 'judge-1', id: 'judge' },
  ] as const;
}

function routerOver(targets: Targets, by: VendorName, guard: GuardItem | undefined): Router {
  return createRouter({
    targets,
    routes: { default: { targets: [by] }, embeddings: { targets: ['embed'] } },
    plugins: guard === undefined ? [] : [guardrails([guard])],
  });
}
