import { createRouter, type Router } from 'signalbox';
import { anthropic } from 'signalbox/anthropic';
import {
  block,
  type Guard,
  guardrails,
  names,
  patterns,
  pii,
  redact,
  secrets,
  urls,
  words,
} from 'signalbox/guardrails';
import { openai } from 'signalbox/openai';
import type { FaultServer } from '../../../support/fault-server.ts';
import { planted } from '../planted.ts';
import { type Ask, type Face, faces, type Place, places } from './faces.ts';
import { type Plan, vendor } from './vendor.ts';

/** A way to guard, with a value that it guards against. */
interface Kind {
  readonly guard: Guard;
  readonly value: string;
}

const reader = (reads: 'sentence' | 'whole', value: string): Guard => ({
  name: reads,
  reads,
  check: (text) => (text.includes(value) ? { block: 'a value' } : { ok: true }),
});

/** Each kind of guard, by what it does. */
const kinds: Readonly<Record<'block' | 'redact' | 'restore', readonly Kind[]>> = {
  block: [
    { guard: block(secrets()), value: planted.github },
    { guard: block(pii()), value: planted.email },
    { guard: block(words(['bluebird'])), value: 'bluebird' },
    { guard: block(names(['Ada Lovelace'])), value: 'Ada Lovelace' },
    { guard: block(patterns({ TICKET: /TCK-\d{6}/ })), value: 'TCK-123456' },
    { guard: block(urls({ allow: [] })), value: 'https://evil.example/x' },
    { guard: reader('sentence', 'topsecret'), value: 'topsecret' },
    { guard: reader('whole', 'topsecret'), value: 'topsecret' },
  ],
  redact: [
    { guard: redact(secrets()), value: planted.github },
    { guard: redact(pii()), value: planted.card },
    { guard: redact(words(['bluebird'])), value: 'bluebird' },
    { guard: redact(patterns({ TICKET: /TCK-\d{6}/ })), value: 'TCK-123456' },
  ],
  restore: [
    { guard: redact(pii(), { restore: true }), value: planted.email },
    {
      guard: redact(names(['Ada "Countess" Lovelace']), { restore: true }),
      value: 'Ada "Countess" Lovelace',
    },
    { guard: redact(secrets(), { restore: 'session' }), value: planted.slack },
  ],
};

/** Places of an answer. */
const answers = ['text', 'reasoning', 'tool arguments', 'structured output'] as const;
type AnswerPlace = (typeof answers)[number];

/** One cell: how many kinds of guards held, of how many; and what went wrong. */
export interface Cell {
  held: number;
  of: number;
  readonly failures: string[];
}

export interface Row {
  readonly face: string;
  readonly mode: 'chat' | 'stream';
  /** `undefined` where the interface has no such place. */
  readonly request: Readonly<Record<Place, Cell | undefined>>;
  readonly answer: Readonly<Record<AnswerPlace, Cell>>;
  readonly restored: Readonly<Record<'text' | 'tool arguments', Cell>>;
}

const cell = (): Cell => ({ held: 0, of: 0, failures: [] });

function note(into: Cell, name: string, holds: boolean): void {
  into.of += 1;
  if (holds) into.held += 1;
  else into.failures.push(name);
}

/** Whether a value is in a text, as it is or escaped in JSON, which may itself be escaped. */
const contains = (text: string, value: string): boolean =>
  value === ''
    ? false
    : text.includes(value) ||
      (/["\\]/.test(value) && text.includes(escaped(value))) ||
      text.includes(escaped(escaped(value)));

const escaped = (value: string): string => JSON.stringify(value).slice(1, -1);

async function routerOver(guard: Guard, plan: (text: string) => Plan): Promise<[Router, FaultServer]> {
  const server = await vendor(({ text }) => plan(text));
  const claude = anthropic({ apiKey: 'key', baseURL: server.url });
  const gpt = openai({ apiKey: 'key', baseURL: `${server.url}/v1` });
  const router = createRouter({
    targets: [
      { provider: claude, model: 'claude-haiku-4-5', id: 'claude' },
      { provider: gpt, model: 'text-embedding-3-small', id: 'embed' },
    ],
    routes: { default: { targets: ['claude'] }, embeddings: { targets: ['embed'] } },
    plugins: [guardrails([guard])],
  });
  return [router, server];
}

/** Everything that a caller sees, errors included. */
async function seen(run: () => Promise<unknown>): Promise<string> {
  try {
    return JSON.stringify(flat(await run()));
  } catch (error) {
    return `${String(error)} ${JSON.stringify(error)}`;
  }
}

/** Text in pieces counts as one text; the pieces are joined beside what came. */
function flat(value: unknown): unknown {
  const joined: string[] = [];
  const walk = (each: unknown): void => {
    if (typeof each === 'string') joined.push(each);
    else if (Array.isArray(each)) each.forEach(walk);
    else if (typeof each === 'object' && each !== null)
      for (const [key, inner] of Object.entries(each))
        if (
          [
            'text',
            'delta',
            'content',
            'thinking',
            'partial_json',
            'arguments',
            'args',
            'q',
            'summary',
            'choices',
            'input',
            'function',
            'tool_calls',
            'tool_call_chunks',
            'function_call',
            'reasoning_content',
            'reasoning',
            'kwargs',
          ].includes(key)
        )
          walk(inner);
  };
  walk(value);
  return [value, joined.join('')];
}

function askFor(place: Place, value: string): Ask {
  const text = `Please look at ${value} today.`;
  if (place === 'reasoning') return { text: 'Go on', reasoning: text };
  if (place === 'tool arguments') return { text: 'Go on', toolArguments: value };
  if (place === 'tool results') return { text: 'Go on', toolResult: text };
  if (place === 'file names') return { text: 'Go on', fileName: `${value}` };
  return { text };
}

function planFor(place: AnswerPlace, value: string): Plan {
  const text = `Look at ${value} please. Bye.`;
  if (place === 'reasoning') return { reasoning: text, text: 'Done.' };
  if (place === 'tool arguments') return { toolArguments: { q: value } };
  return { text: place === 'structured output' ? JSON.stringify({ q: value }) : text };
}

const ok: Plan = { text: 'Done.' };

async function askAt(face: Face, mode: Row['mode'], place: Place, kind: Kind, into: Cell): Promise<void> {
  const { guard, value } = kind;
  // An agent has to call its tool first.
  const plan = (text: string): Plan =>
    face.name === 'OpenAI Agents' && place === 'tool results' && !text.includes('tool_result')
      ? { toolArguments: { q: 'x' } }
      : ok;
  const [router, server] = await routerOver(guard, plan);
  try {
    const out = await seen(() =>
      place === 'embeddings'
        ? (face.embed?.(router, `about ${value}`) ?? Promise.resolve())
        : face[mode](router, askFor(place, value)),
    );
    const sent = server.received.map(({ text }) => text).join('\n');
    const isBlocked = guard.decide === undefined || kinds.block.includes(kind);
    const answered = isBlocked || sent !== '';
    const told = /signalbox:error|is not supported/.test(out);
    note(into, guard.name, !contains(sent, value) && answered && !told);
  } finally {
    await router.close();
    await server.close();
  }
}

async function answerAt(
  face: Face,
  mode: Row['mode'],
  place: AnswerPlace,
  { guard, value }: Kind,
  into: Cell,
): Promise<void> {
  let turns = 0;
  const [router, server] = await routerOver(guard, () => (turns++ === 0 ? planFor(place, value) : ok));
  try {
    const out = await seen(() => face[mode](router, { text: 'Hello' }));
    const sent = server.received.length > 0;
    note(into, guard.name, sent && !contains(out, value));
  } finally {
    await router.close();
    await server.close();
  }
}

async function restoreAt(
  face: Face,
  mode: Row['mode'],
  place: 'text' | 'tool arguments',
  kind: Kind,
  into: Cell,
): Promise<void> {
  const { guard, value } = kind;
  let turns = 0;
  const [router, server] = await routerOver(guard, (text) => {
    const placeholder = /\[[A-Z_]+_1\]/.exec(text)?.[0] ?? 'none';
    return turns++ > 0 ? ok : planFor(place, placeholder);
  });
  try {
    const out = await seen(() => face[mode](router, { text: `I am ${value} and well.` }));
    const sent = server.received.map(({ text }) => text).join('\n');
    note(into, guard.name, !contains(sent, value) && contains(out, value));
  } finally {
    await router.close();
    await server.close();
  }
}

/** The places of an interface whose values reach the vendor or the caller when nothing guards them. */
export async function unguarded(face: Face, mode: Row['mode']): Promise<readonly string[]> {
  const value = planted.github;
  const reached: string[] = [];
  const none: Guard = { name: 'none', detector: { name: 'none', longest: 1, find: () => [] } };
  for (const place of face.places) {
    const into = cell();
    await askAt(face, mode, place, { guard: none, value }, into);
    if (into.held === 0) reached.push(`to vendor: ${place}`);
  }
  for (const place of answers) {
    const into = cell();
    await answerAt(face, mode, place, { guard: none, value }, into);
    if (into.held === 0) reached.push(`to caller: ${place}`);
  }
  return reached;
}

/** Plays the whole matrix, or that of one face. */
export async function matrix(only?: string): Promise<readonly Row[]> {
  const rows: Row[] = [];
  for (const face of faces) {
    if (only !== undefined && face.name !== only) continue;
    for (const mode of ['chat', 'stream'] as const) rows.push(await rowOf(face, mode));
  }
  return rows;
}

async function rowOf(face: Face, mode: Row['mode']): Promise<Row> {
  const all = [...kinds.block, ...kinds.redact, ...kinds.restore];
  const request = Object.fromEntries(
    places.map((place) => [place, face.places.includes(place) ? cell() : undefined]),
  ) as Record<Place, Cell | undefined>;
  const answer = Object.fromEntries(answers.map((place) => [place, cell()])) as Record<AnswerPlace, Cell>;
  const restored = { text: cell(), 'tool arguments': cell() };
  for (const place of places) {
    const into = request[place];
    if (into !== undefined) for (const kind of all) await askAt(face, mode, place, kind, into);
  }
  for (const place of answers)
    for (const kind of [...kinds.block, ...kinds.redact])
      await answerAt(face, mode, place, kind, answer[place]);
  for (const place of ['text', 'tool arguments'] as const)
    for (const kind of kinds.restore) await restoreAt(face, mode, place, kind, restored[place]);
  return { face: face.name, mode, request, answer, restored };
}

/** The matrix as a table in Markdown. */
export function table(rows: readonly Row[]): string {
  const heads = [
    'interface',
    ...places.map((place) => `to vendor: ${place}`),
    ...answers.map((place) => `to caller: ${place}`),
    'restored: text',
    'restored: tool arguments',
  ];
  const show = (each: Cell | undefined): string => (each === undefined ? '–' : `${each.held}/${each.of}`);
  const lines = rows.map(({ face, mode, request, answer, restored }) => [
    `${face}, ${mode}`,
    ...places.map((place) => show(request[place])),
    ...answers.map((place) => show(answer[place])),
    show(restored.text),
    show(restored['tool arguments']),
  ]);
  return [heads, heads.map(() => '---'), ...lines].map((line) => `| ${line.join(' | ')} |`).join('\n');
}
