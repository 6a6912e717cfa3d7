import type { JSONValue } from '../../../types/request/json.ts';
import { asText, type Wire } from '../../../util/json.ts';
import { malformed } from '../../shared/answer/broken.ts';

/** Assembles the arguments of one call. */
export interface ArgsReader {
  /** Adds one piece. Returns the JSON text it adds. */
  push(piece: Wire): string;
  /** Adds complete arguments. Returns the JSON text they add. */
  add(args: Wire): string;
  /** The arguments, and the remaining JSON text. */
  end(): { readonly input: JSONValue; readonly rest: string };
}

type Step = string | number;

/** An open object or list. */
interface Container {
  readonly list: boolean;
  /** The steps written into it; the last one may still be open. */
  readonly written: Set<Step>;
  last: Step | undefined;
}

/**
 * Creates a reader for arguments that Gemini sends value by value, each with its JSON path
 * (https://docs.cloud.google.com/vertex-ai/generative-ai/docs/multimodal/function-calling#streaming-fc). They arrive in document
 * order, so each becomes JSON text immediately. Only the path shows whether a piece continues a string: the vendor's marker,
 * `willContinue`, may be missing from the last piece, and the last piece itself may be missing.
 */
export function argsReader(): ArgsReader {
  let text = '';
  const containers: Container[] = [];
  let stringIsOpen = false;

  const open = (list: boolean): string => {
    containers.push({ list, written: new Set(), last: undefined });
    return list ? '[' : '{';
  };
  const closeString = (): string => {
    if (!stringIsOpen) return '';
    stringIsOpen = false;
    return '"';
  };
  const closeDownTo = (depth: number): string => {
    let closed = closeString();
    while (containers.length > depth) closed += containers.pop()?.list === true ? ']' : '}';
    return closed;
  };
  /** The next position in the innermost container. */
  const place = (step: Step): string => {
    const inner = containers.at(-1);
    const fits = inner?.list === true ? step === inner.written.size : typeof step === 'string';
    if (inner === undefined || !fits || inner.written.has(step)) throw outOfOrder();
    const comma = inner.written.size === 0 ? '' : ',';
    inner.written.add(step);
    inner.last = step;
    return inner.list ? comma : `${comma}${JSON.stringify(step)}:`;
  };
  /** The number of open containers that a path passes through. */
  const shared = (path: readonly Step[]): number => {
    let depth = 1;
    while (
      depth < containers.length &&
      depth < path.length &&
      containers[depth - 1]?.last === path[depth - 1]
    )
      depth += 1;
    return depth;
  };

  const write = (path: readonly Step[], value: unknown): string => {
    let more = containers.length === 0 ? open(false) : '';
    const depth = shared(path);
    const here = depth === path.length && depth === containers.length;
    if (here && stringIsOpen && typeof value === 'string' && containers[depth - 1]?.last === path[depth - 1])
      return inString(value);
    more += closeDownTo(depth);
    for (const [index, step] of path.entries()) {
      if (index < depth - 1) continue;
      more += place(step);
      const next = path[index + 1];
      if (next !== undefined) more += open(typeof next === 'number');
    }
    stringIsOpen = typeof value === 'string';
    return more + (typeof value === 'string' ? `"${inString(value)}` : JSON.stringify(value));
  };
  const keep = (more: string): string => {
    text += more;
    return more;
  };

  return {
    push(piece) {
      const value = valueIn(piece);
      if (value === undefined) return '';
      return keep(write(stepsOf(asText(piece['jsonPath']) ?? ''), value));
    },
    add(args) {
      let more = '';
      for (const [name, value] of Object.entries(args)) {
        if (containers[0]?.written.has(name) !== true) more += write([name], value);
      }
      return keep(more);
    },
    end() {
      const rest = keep(closeDownTo(0));
      return { input: text === '' ? {} : (JSON.parse(text) as JSONValue), rest };
    },
  };
}

function inString(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}

/** The value of a piece; `undefined` if it has none, which is possible for the last piece of a string. */
function valueIn(piece: Wire): unknown {
  if ('nullValue' in piece) return null;
  const name = Object.keys(piece).find((field) => field.endsWith('Value'));
  return name === undefined ? undefined : piece[name];
}

/** The steps of a path from the root (RFC 9535): names and numbers. */
function stepsOf(path: string): readonly Step[] {
  const step = /\.([^.[\]]+)|\[(\d+)\]|\[("(?:[^"\\]|\\.)*")\]|\['((?:[^'\\]|\\.)*)'\]/y;
  const steps: Step[] = [];
  let at = path.startsWith('$') ? 1 : path.length + 1;
  while (at < path.length) {
    step.lastIndex = at;
    const [whole, name, index, quoted, single] = step.exec(path) ?? [];
    if (whole === undefined) throw outOfOrder();
    at += whole.length;
    if (index !== undefined) steps.push(Number(index));
    else steps.push(name ?? (quoted === undefined ? unquote(single ?? '') : String(JSON.parse(quoted))));
  }
  if (steps.length === 0) throw outOfOrder();
  return steps;
}

function unquote(text: string): string {
  return text.replace(/\\(.)/g, '$1');
}

function outOfOrder(): Error {
  return malformed('google', 'the pieces of a call’s arguments do not fit together', { scope: 'request' });
}
