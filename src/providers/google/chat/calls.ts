import type { ProviderStreamPart } from '../../../types/provider.ts';
import type { ProviderOptions } from '../../../types/request/message.ts';
import { asObject, asObjects, asText, type Wire } from '../../../util/json.ts';
import { malformed, namelessCall } from '../../shared/answer/broken.ts';
import { printToolInput, readToolInput } from '../../shared/tools/tool-input.ts';
import { signatureOf } from './content.ts';
import { type ArgsReader, argsReader } from './partial-args.ts';

type Parts = readonly Extract<
  ProviderStreamPart,
  { readonly type: 'tool-call-start' | 'tool-call-delta' | 'tool-call' }
>[];

/** An open call. */
interface OpenCall {
  readonly toolCallId: string;
  readonly toolName: string;
  readonly args: ArgsReader;
  /** The signature may arrive with any of its pieces. */
  signature: { readonly providerOptions?: ProviderOptions };
}

/** The function calls of one answer. */
export interface CallReader {
  /** Adds a part with a `functionCall`. */
  push(part: Wire): Parts;
  /** Ends the open call. */
  end(): Parts;
}

/**
 * Reads complete calls and calls that arrive in pieces
 * (https://docs.cloud.google.com/vertex-ai/generative-ai/docs/multimodal/function-calling#streaming-fc). A name starts a call, and a
 * piece without `willContinue` ends it. That piece may be missing, so the next call and the end of the answer end it too.
 */
export function callReader(ownId: (given: unknown) => string): CallReader {
  let open: OpenCall | undefined;
  /** Complete calls by the vendor's ids: it may repeat one. */
  const known = new Map<unknown, string>();

  const end = (): Parts => {
    if (open === undefined) return [];
    const { toolCallId, toolName, args, signature } = open;
    open = undefined;
    const { input, rest } = args.end();
    return [...delta(toolCallId, rest), { type: 'tool-call', toolCallId, toolName, input, ...signature }];
  };

  const begin = (call: Wire, toolName: string): Parts => {
    const before = end();
    const toolCallId = ownId(call['id']);
    open = { toolCallId, toolName, args: argsReader(), signature: {} };
    return [...before, { type: 'tool-call-start', toolCallId, toolName }];
  };

  /** Adds a piece to the open call. */
  const more = (part: Wire, call: Wire): Parts => {
    const pieces = asObjects(call['partialArgs']);
    const whole = asObject(readToolInput(call['args'])) ?? {};
    const empty = pieces.length === 0 && Object.keys(whole).length === 0;
    if (open === undefined) {
      if (empty) return []; // the end of a call that has already ended
      throw pieces.length === 0
        ? namelessCall('google')
        : malformed('google', 'arguments arrived without their tool call', { scope: 'request' });
    }
    const { toolCallId, args } = open;
    open.signature = { ...open.signature, ...signatureOf(part) };
    const texts = [...pieces.map((piece) => args.push(piece)), args.add(whole)];
    const parts = texts.flatMap((text) => delta(toolCallId, text));
    // Arguments may follow a name without them, even without `willContinue`.
    const ends = call['willContinue'] !== true && !(empty && asText(call['name']));
    return ends ? [...parts, ...end()] : parts;
  };

  const whole = (part: Wire, call: Wire, toolName: string): Parts => {
    const { id } = call;
    const input = readToolInput(call['args']);
    const gist = JSON.stringify([toolName, input]);
    if (id !== undefined && id !== '' && known.get(id) === gist) return [];
    known.set(id, gist);
    const toolCallId = ownId(id);
    return [
      ...end(),
      { type: 'tool-call-start', toolCallId, toolName },
      { type: 'tool-call-delta', toolCallId, text: printToolInput(input) },
      { type: 'tool-call', toolCallId, toolName, input, ...signatureOf(part) },
    ];
  };

  return {
    push(part) {
      const call = asObject(part['functionCall']) ?? {};
      const name = asText(call['name']) ?? '';
      // Pieces may repeat the name of their call; the id distinguishes them from another call of the same function.
      if (name === '' || (open !== undefined && open.toolCallId === call['id'])) return more(part, call);
      const inPieces = call['partialArgs'] !== undefined || call['willContinue'] === true;
      const hasArgs = (call['args'] ?? undefined) !== undefined;
      if (hasArgs && !inPieces) return whole(part, call, name);
      return [...begin(call, name), ...more(part, call)];
    },
    end,
  };
}

function delta(toolCallId: string, text: string): Parts {
  return text === '' ? [] : [{ type: 'tool-call-delta', toolCallId, text }];
}
