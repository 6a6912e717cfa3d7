import type { ProviderStreamPart } from '../../../types/provider.ts';
import type { JSONValue } from '../../../types/request/json.ts';
import type { ToolCallPart } from '../../../types/request/message.ts';
import type { ToolCallDelta } from '../../../types/result/stream-part.ts';
import { asJSON, asNonEmpty, asObject, asObjects, type Wire } from '../../../util/json.ts';
import { malformed, namelessCall } from '../../shared/answer/broken.ts';
import { type ToolInputReader, textReader, toolInputReader } from '../../shared/tools/tool-input.ts';
import { isSeveralObjects } from './several-objects.ts';

/** Assembles the calls of an answer from their pieces. */
export interface CallAssembler {
  /** Adds the calls in a delta or message of this choice, and emits what is known of them to `parts`. */
  push(delta: Wire, choice: number, parts: ProviderStreamPart[]): void;
  /** All complete calls, each preceded by its held-back arguments. Throws `ProviderError` for a call without a name. */
  end(): readonly (ToolCallPart | ToolCallDelta)[];
}

interface OpenCall {
  /** The server's id if unique; otherwise a generated one. */
  toolCallId: string;
  /** The server's id at its start. */
  id: string | undefined;
  name: string | undefined;
  /** Whether its input is text rather than JSON. */
  readonly custom: boolean;
  readonly input: ToolInputReader;
  /** Arguments held back until the call's name arrives. */
  held: string;
  /** The last piece of its arguments that is not whitespace. */
  lastPiece: string;
  /** Whether its start has been emitted. */
  isBegun: boolean;
  /** Whether its name was repeated without arguments after it was complete. */
  isNamedAgain: boolean;
  /** Metadata that goes back with it, such as Gemini's thought signature. */
  extra: JSONValue | undefined;
}

/** The fields of one piece. */
interface Piece {
  readonly id: string | undefined;
  readonly name: string | undefined;
  readonly text: string;
  readonly custom: boolean;
  readonly extra: JSONValue | undefined;
}

/** Indexes of calls are relative to their choice. */
const mostCalls = 65_536;

export function callAssembler(provider: string): CallAssembler {
  const calls: OpenCall[] = [];
  const byPlace = new Map<number, OpenCall>();
  const byId = new Map<string, OpenCall>();

  /** The call that a piece continues, by position and id. */
  const find = ({ id, name }: Piece, place: number | undefined): OpenCall | undefined => {
    const placed = place === undefined ? undefined : byPlace.get(place);
    if (id !== undefined && placed?.id !== id) {
      const known = byId.get(id);
      // Unless another call at its own position shares the id of an earlier one.
      const shares = place !== undefined && placed === undefined && name !== undefined;
      if (known !== undefined && !shares) return known;
    }
    if (placed !== undefined || place === undefined) return placed ?? calls.at(-1);
    const last = calls.at(-1);
    return name !== undefined || last === undefined || isWhole(last) ? undefined : last;
  };

  /** The call that a piece belongs to; `undefined` for a piece without new information. */
  const callOf = (piece: Piece, place: number | undefined, isListed: boolean): OpenCall | undefined => {
    const { id, name, text } = piece;
    if (id === undefined && name === undefined && text === '') return undefined;
    let call = find(piece, place);
    const isKnown = id !== undefined && byId.get(id) === call;
    const isFirst = call === undefined || (isListed && name !== undefined);
    if (call !== undefined && !isFirst && repeats(call, piece, isKnown)) return undefined;
    if (call === undefined || isFirst || beginsAnother(call, piece, isKnown)) {
      call = openCall(piece, byId, call?.isNamedAgain === true ? call.name : undefined);
      calls.push(call);
    }
    if (place !== undefined) byPlace.set(place, call);
    if (id !== undefined) byId.set(id, call);
    return call;
  };

  return {
    push(delta, choice, parts) {
      for (const [position, wire] of callsIn(delta).entries()) {
        const { index } = wire;
        const place = typeof index === 'number' ? choice * mostCalls + index : undefined;
        const piece = readPiece(wire);
        const call = callOf(piece, place, place === undefined && position > 0);
        if (call !== undefined) add(call, piece, parts);
      }
    },
    end: () => calls.flatMap((call) => toCall(call, provider)),
  };
}

function openCall(
  { id, custom }: Piece,
  taken: ReadonlyMap<string, OpenCall>,
  name: string | undefined,
): OpenCall {
  return {
    toolCallId: id === undefined || taken.has(id) ? crypto.randomUUID() : id,
    id,
    name,
    custom,
    input: custom ? textReader() : toolInputReader(),
    held: '',
    lastPiece: '',
    isBegun: false,
    isNamedAgain: false,
    extra: undefined,
  };
}

/** Whether a piece repeats a complete call: all of it, or its name, which may also announce another call. */
function repeats(call: OpenCall, { id, name, text }: Piece, isKnown: boolean): boolean {
  const isSame = isKnown || id === undefined || call.id === undefined;
  if (!isSame || name === undefined || name !== call.name || !isWhole(call)) return false;
  if (text.trim() !== '') return text === call.input.text() && (id ?? call.id) !== undefined;
  call.isNamedAgain = true;
  return true;
}

/**
 * Whether a piece starts another call although it has the position or id of `call`. A new id alone does not, until the call is
 * complete: some servers use different ids for the pieces of one call (https://github.com/poolsideai/pool/issues/9).
 */
function beginsAnother(call: OpenCall, { id, name, text }: Piece, isKnown: boolean): boolean {
  if (id !== undefined && call.id !== undefined && !isKnown) return name !== undefined || isWhole(call);
  if (name === undefined) return call.isNamedAgain && text.trim() !== '';
  if (call.name === undefined) return false;
  // Servers without unique call ids may repeat the name in every piece.
  return name !== call.name || (text.trim() !== '' && isWhole(call));
}

function isWhole({ input, lastPiece }: OpenCall): boolean {
  if (!lastPiece.trimEnd().endsWith('}')) return false;
  try {
    JSON.parse(input.text());
    return true;
  } catch {
    return false;
  }
}

function add(call: OpenCall, piece: Piece, parts: ProviderStreamPart[]): void {
  call.name ??= piece.name;
  call.extra ??= piece.extra;
  if (!call.isBegun && call.id === undefined && piece.id !== undefined) {
    call.id = piece.id;
    call.toolCallId = piece.id;
  }
  call.held += call.input.push(piece.text);
  if (piece.text.trim() !== '') call.lastPiece = piece.text;
  // A call is held back until its name is known.
  if (call.name === undefined) return;
  const { toolCallId, name: toolName, held: text } = call;
  if (!call.isBegun) parts.push({ type: 'tool-call-start', toolCallId, toolName });
  call.isBegun = true;
  call.held = '';
  if (text !== '') parts.push({ type: 'tool-call-delta', toolCallId, text });
}

function toCall(
  { toolCallId, name: toolName, input: reader, custom, extra }: OpenCall,
  provider: string,
): readonly (ToolCallPart | ToolCallDelta)[] {
  const { input, rest } = reader.end();
  if (toolName === undefined) {
    if (reader.text().trim() === '') return [];
    throw namelessCall(provider);
  }
  if (!custom && typeof input === 'string' && isSeveralObjects(input))
    throw malformed(provider, 'the arguments of several tool calls arrived as one');
  const call: ToolCallPart = { type: 'tool-call', toolCallId, toolName, input };
  const held: readonly ToolCallDelta[] =
    rest === '' ? [] : [{ type: 'tool-call-delta', toolCallId, text: rest }];
  // https://ai.google.dev/gemini-api/docs/thought-signatures: `extra_content` goes back with its call.
  return [
    ...held,
    extra === undefined ? call : { ...call, providerOptions: { [provider]: { extra_content: extra } } },
  ];
}

/** `tool_calls`, or OpenAI's legacy `function_call`. */
function callsIn(delta: Wire): readonly Wire[] {
  const calls = asObjects(delta['tool_calls']);
  const legacy = calls.length === 0 ? asObject(delta['function_call']) : undefined;
  return legacy === undefined ? calls : [{ function: legacy }];
}

function readPiece(wire: Wire): Piece {
  const custom = asObject(wire['custom']);
  const called = asObject(wire['function']) ?? custom ?? wire;
  const args = called['arguments'] ?? called['input'] ?? undefined;
  return {
    id: asNonEmpty(wire['id']),
    name: asNonEmpty(called['name']),
    text: typeof args === 'string' ? args : args === undefined ? '' : JSON.stringify(args),
    custom: custom !== undefined,
    extra: asJSON(wire['extra_content']),
  };
}
