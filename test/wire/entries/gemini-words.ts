import { stream, type WireBytes, whole } from '../entry.ts';

/** The words of `generateContent`, as short as an entry needs them. */
type Fields = Readonly<Record<string, unknown>>;

/** A chunk, or an answer, with these parts. */
export function chunk(parts: readonly Fields[], finishReason?: string, more: Fields = {}): Fields {
  const candidate = {
    content: { role: 'model', parts },
    ...(finishReason === undefined ? {} : { finishReason }),
  };
  return { candidates: [{ ...candidate, ...more }] };
}

/** A whole answer. */
export function answer(parts: readonly Fields[], finishReason?: string, more: Fields = {}): WireBytes {
  return whole(chunk(parts, finishReason, more));
}

export function text(words: string): Fields {
  return { text: words };
}

/** A call of a function, or a piece of one. */
export function call(functionCall: Fields): Fields {
  return { functionCall };
}

/** A stream in which a call comes piece by piece, each in a chunk of its own. */
export function pieces(...calls: readonly Fields[]): WireBytes {
  return stream(...calls.map((each) => chunk([call(each)])), chunk([], 'STOP'));
}

/** The name of a call whose arguments follow. */
export function named(name: string, more: Fields = {}): Fields {
  return { name, willContinue: true, ...more };
}

/** A piece of arguments: the value at a path. */
export function value(jsonPath: string, given: Fields, more: Fields = { willContinue: true }): Fields {
  return { partialArgs: [{ jsonPath, ...given }], ...more };
}

/** A piece of a string that goes on. */
export function string(jsonPath: string, stringValue: string): Fields {
  return value(jsonPath, { stringValue, willContinue: true });
}
