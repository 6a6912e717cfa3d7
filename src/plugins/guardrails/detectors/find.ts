import type { Awaitable } from '../../../types/plugin.ts';
import type { Detector, Finding } from '../types.ts';
import { endOf, isEscaped, normalize } from './normalize.ts';

/** Longer texts are searched piece by piece, so that other requests run in between. */
const piece = 32_768;

/** Everything a detector finds in a text, including disguised characters and, in JSON, escaped ones. */
export function findAll(detector: Detector, text: string, isJSON = false): Awaitable<readonly Finding[]> {
  return text.length <= piece * 2 ? findIn(detector, text, isJSON) : findInPieces(detector, text, isJSON);
}

/** The same in a text that may quote JSON: searched both unchanged and without escapes. */
export function findEverywhere(detector: Detector, text: string): Awaitable<readonly Finding[]> {
  const found = findAll(detector, text);
  if (!isEscaped(text)) return found;
  const hidden = findAll(detector, text, true);
  return Promise.all([found, hidden]).then(([open, coded]) => unique(open, coded));
}

function unique(findings: readonly Finding[], more: readonly Finding[]): readonly Finding[] {
  const isKnown = ({ start, end, entity }: Finding): boolean =>
    findings.some((each) => each.start === start && each.end === end && each.entity === entity);
  return [...findings, ...more.filter((each) => !isKnown(each))];
}

function findIn(detector: Detector, text: string, isJSON: boolean): Awaitable<readonly Finding[]> {
  const normal = normalize(text, isJSON);
  if (normal === undefined) return detector.maybe?.(text, 0) === false ? [] : detector.find(text);
  if (detector.maybe?.(normal.text, 0) === false) return [];
  // Also searched unchanged, because fullwidth punctuation beside a value is not part of it.
  const plain = isJSON ? [] : detector.find(text);
  const found = detector.find(normal.text);
  const back = (findings: readonly Finding[]): Finding[] =>
    findings.map(({ start, end, entity }) => ({
      start: normal.offsets[start] ?? text.length,
      // To the end of the last visible character.
      end:
        end === start
          ? (normal.offsets[end] ?? text.length)
          : endOf(text, normal.offsets[end - 1] as number, isJSON),
      entity,
    }));
  if (!isPromise(found) && !isPromise(plain)) return unique(back(found), plain);
  return Promise.all([found, plain]).then(([hidden, open]) => unique(back(hidden), open));
}

async function findInPieces(detector: Detector, text: string, isJSON: boolean): Promise<readonly Finding[]> {
  const found: Finding[] = [];
  const seen = new Set<string>();
  const overlap = Math.min(detector.longest, piece);
  for (let start = 0; start < text.length; start += piece) {
    const from = Math.max(0, start - overlap);
    const part = text.slice(from, Math.min(text.length, start + piece + overlap));
    const isLast = start + piece >= text.length;
    for (const finding of await findIn(detector, part, isJSON)) {
      const placed = { ...finding, start: finding.start + from, end: finding.end + from };
      // A finding at an edge may be cut off; the piece that contains all of it finds it.
      const isCut = (from > 0 && finding.start === 0) || (!isLast && finding.end === part.length);
      const key = `${placed.start} ${placed.end} ${placed.entity}`;
      if (isCut || seen.has(key)) continue;
      seen.add(key);
      found.push(placed);
    }
    await turn();
  }
  return found;
}

/** A turn of the event loop. Through a message channel where available: browsers run timers of hidden tabs once a second. */
function turn(): Promise<void> {
  return new Promise((resolve) => {
    if (typeof MessageChannel === 'undefined') {
      setTimeout(resolve, 0);
      return;
    }
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(undefined);
  });
}

export function isPromise<T>(value: Awaitable<T>): value is PromiseLike<T> {
  return (
    typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function'
  );
}
