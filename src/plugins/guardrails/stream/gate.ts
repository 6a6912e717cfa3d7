import type { Awaitable } from '../../../types/plugin.ts';
import type { ProviderOptions } from '../../../types/request/message.ts';
import type { StreamContent } from '../../../types/result/stream-part.ts';
import { findAll, isPromise } from '../detectors/find.ts';
import { holdEscaped, holdOf } from '../detectors/hold.ts';
import { isDisguised, normalize } from '../detectors/normalize.ts';
import type { Vault } from '../redaction/vault.ts';
import type { Outcome } from '../runner/check.ts';
import { decide, fine } from '../runner/guards.ts';
import { merge, type Owned } from '../runner/merge.ts';
import { type Blocked, type Checking, checkText, type Demands, demandsOf, run } from '../runner/run.ts';
import type { Place } from '../runner/texts.ts';
import type { Detector, Finding, Guard, Verdict } from '../types.ts';
import { delta, type Found, holdsOf, isFindings, shift } from './pieces.ts';
import { lastSentenceEnd } from './sentences.ts';

/** The released parts, or the reason that nothing may be released. */
export type Passed = readonly StreamContent[] | Blocked;

export interface GateInit {
  readonly type: 'text' | 'reasoning';
  /** Guards of this channel with a detector. */
  readonly detecting: readonly Guard[];
  /** Guards that read sentences. */
  readonly reading: readonly Guard[];
  readonly checking: Checking;
  readonly vault: Vault;
  /** The text is JSON: values in it are escaped. */
  readonly isJSON: boolean;
}

/** Characters before the current position that detectors see as context, such as labels. */
const context = 96;

interface Mark {
  at: number;
  readonly id: string | undefined;
  options: ProviderOptions | undefined;
}

/**
 * One channel of an answer, text or reasoning: releases text once it cannot contain the beginning of an
 * incomplete value, and every sentence has been checked.
 */
export class Gate {
  readonly #init: GateInit;
  readonly #place: Place;
  readonly #holds: readonly Detector[];
  /** Released text that is context, then text that is held. */
  #window = '';
  #base = 0;
  /** Offset of the window in the whole text. */
  #offset = 0;
  #marks: Mark[] = [];
  /** Text held back because it may be the beginning of a placeholder. */
  #unrestored = '';
  /** Replacements of guards that have read the whole text, by offset in it. */
  planned: readonly Owned[] = [];
  /** Whether a guard has changed the text. */
  hasChanged = false;

  constructor(init: GateInit) {
    this.#init = init;
    this.#place = { stage: 'output', role: 'assistant', part: init.type, isHistory: false };
    this.#holds = holdsOf(init.detecting.map(({ detector }) => detector as Detector));
  }

  push(text: string, id: string | undefined, options: ProviderOptions | undefined): Awaitable<Passed> {
    const last = this.#marks.at(-1);
    if (last === undefined || last.id !== id || options !== undefined)
      this.#marks.push({ at: this.#window.length, id, options });
    this.#window += text;
    return this.#advance(false);
  }

  /** Releases everything: nothing follows that could complete a value. */
  flush(): Awaitable<Passed> {
    return this.#window.length > this.#base ? this.#advance(true) : this.#restored([], true);
  }

  #advance(isEnd: boolean): Awaitable<Passed> {
    const cut = this.#cut(isEnd);
    if (cut <= this.#base) return isEnd ? this.#restored([], true) : [];
    const finding = this.#find(cut);
    if (finding === undefined) return this.#read(cut, [], isEnd);
    const next = (found: readonly Found[]): Awaitable<Passed> => this.#judge(found, cut, isEnd);
    return isPromise(finding) ? finding.then(next) : next(finding);
  }

  /** The position up to which the text is final. */
  #cut(isEnd: boolean): number {
    const window = this.#window;
    if (isEnd) return window.length;
    let cut = window.length;
    const base = this.#base;
    const escaped = this.#init.isJSON && window.includes('\\') ? normalize(window, true) : undefined;
    for (const detector of this.#holds) {
      const held =
        escaped === undefined ? holdOf(detector, window, base) : holdEscaped(detector, escaped, base);
      cut = Math.min(cut, held);
      if (cut <= base) return base;
    }
    return this.#init.reading.length === 0 ? cut : lastSentenceEnd(window, base, cut);
  }

  /** The detectors' findings; `undefined` if none of them needs to run. */
  #find(cut: number): Awaitable<readonly Found[]> | undefined {
    const start = Math.max(0, this.#base - context);
    const near = this.#window.slice(start, cut);
    const isPlain =
      !isDisguised(this.#window, this.#base, cut) &&
      !(this.#init.isJSON && this.#window.includes('\\', this.#base));
    let running: Awaitable<Found>[] | undefined;
    for (const guard of this.#init.detecting) {
      const detector = guard.detector as Detector;
      const from = this.#base - start;
      if (isPlain && detector.maybe?.(near, from) === false) continue;
      running ??= [];
      running.push(this.#search(guard, detector, start));
    }
    if (running === undefined) return undefined;
    return running.some(isPromise)
      ? Promise.all(running)
      : (running as (readonly [Guard, readonly Finding[]])[]);
  }

  #search(guard: Guard, detector: Detector, start: number): Awaitable<Found> {
    let found: readonly Finding[] = [];
    const check = (): Awaitable<Verdict> => {
      const finding = findAll(detector, this.#window.slice(start), this.#init.isJSON);
      const keep = (late: readonly Finding[]): Verdict => {
        found = start === 0 ? late : late.map((each) => shift(each, start));
        return fine;
      };
      return isPromise(finding) ? finding.then(keep) : keep(finding);
    };
    const outcome = run(guard, check, this.#window, this.#place, this.#init.checking);
    const take = ([, each]: readonly [Guard, Outcome]) => [guard, 'error' in each ? each : found] as const;
    return isPromise(outcome) ? outcome.then(take) : take(outcome);
  }

  /** Verdicts on the findings. A finding that may still grow is held back from its beginning. */
  #judge(all: readonly Found[], final: number, isEnd: boolean): Awaitable<Passed> {
    let cut = final;
    const findings = all.flatMap(([, found]) => (isFindings(found) ? found : []));
    if (!isEnd)
      for (let before = -1; before !== cut; ) {
        before = cut;
        for (const { start, end } of findings)
          if (start < cut && (end > cut || end === this.#window.length)) cut = start;
      }
    if (cut <= this.#base) return [];
    const { checking } = this.#init;
    const outcomes: (readonly [Guard, Outcome])[] = [];
    for (const [guard, found] of all) {
      if (!isFindings(found)) {
        outcomes.push([guard, found]);
        continue;
      }
      const due = found.filter(({ end }) => end > this.#base && end <= cut);
      if (due.length === 0) {
        outcomes.push([guard, fine]);
        continue;
      }
      const verdict = run(guard, (each) => decide(guard, due, each), this.#window, this.#place, checking);
      // A decision about findings is synchronous.
      if (!isPromise(verdict)) outcomes.push(verdict);
    }
    const demands = demandsOf(outcomes, this.#place, checking.verdicts);
    return 'blocked' in demands ? demands.blocked : this.#read(cut, demands.replace, isEnd);
  }

  /** Lets guards read the sentences that are released. */
  #read(cut: number, replace: readonly Owned[], isEnd: boolean): Awaitable<Passed> {
    const { reading, checking } = this.#init;
    if (reading.length === 0) return this.#release(cut, replace, isEnd);
    const base = this.#base;
    const next = (demands: Demands): Awaitable<Passed> => {
      if ('blocked' in demands) return demands.blocked;
      const placed = demands.replace.map((each) => ({
        ...each,
        start: each.start + base,
        end: each.end + base,
      }));
      return this.#release(cut, [...replace, ...placed], isEnd);
    };
    const demanding = checkText(reading, this.#window.slice(base, cut), this.#place, checking);
    return isPromise(demanding) ? demanding.then(next) : next(demanding);
  }

  #release(cut: number, replace: readonly Owned[], isEnd: boolean): Passed {
    const mark = this.#marks[this.#marks.length - 1];
    // The usual case: nothing to replace, and one block.
    if (replace.length === 0 && this.planned.length === 0 && mark !== undefined && mark.at <= this.#base) {
      const { type } = this.#init;
      const piece = delta(type, this.#window.slice(this.#base, cut), mark.id, this.#optionsOf(mark));
      this.#base = cut;
      this.#trim();
      return this.#restored([piece], isEnd);
    }
    return this.#replaced(cut, replace, isEnd);
  }

  #replaced(cut: number, replace: readonly Owned[], isEnd: boolean): Passed {
    const offset = this.#offset;
    const planned = this.planned.map((each) => ({
      ...each,
      start: each.start - offset,
      end: each.end - offset,
    }));
    const due = [...replace, ...planned].filter(({ start, end }) => end > this.#base && start < cut);
    const merged = due.length === 0 ? due : merge(due);
    if (merged.length > 0) this.hasChanged = true;
    const pieces: StreamContent[] = [];
    let at = this.#base;
    const emit = (text: string, mark: Mark | undefined): void => {
      const { id } = mark ?? {};
      const options = this.#optionsOf(mark);
      if (text !== '' || options !== undefined) pieces.push(delta(this.#init.type, text, id, options));
    };
    const literal = (end: number): void => {
      while (at < end) {
        const mark = this.#markAt(at);
        const next = this.#marks[this.#marks.indexOf(mark as Mark) + 1]?.at ?? end;
        const stop = Math.min(end, next <= at ? end : next);
        emit(this.#window.slice(at, stop), mark);
        at = stop;
      }
    };
    for (const { start, end, with: given, entity = 'REDACTED' } of merged) {
      literal(Math.max(at, start));
      emit(given ?? `[${entity.toUpperCase()}]`, this.#markAt(at));
      at = Math.max(at, end);
    }
    literal(cut);
    this.#base = Math.max(cut, at);
    this.#trim();
    return this.#restored(pieces, isEnd);
  }

  /** Vendor data goes out once; a signature does not fit a text that a guard has changed. */
  #optionsOf(mark: Mark | undefined): ProviderOptions | undefined {
    if (mark?.options === undefined) return undefined;
    const { options } = mark;
    mark.options = undefined;
    return this.hasChanged ? undefined : options;
  }

  #markAt(at: number): Mark | undefined {
    return this.#marks.findLast((mark) => mark.at <= at) ?? this.#marks[0];
  }

  /** Drops text that is no longer needed as context. */
  #trim(): void {
    if (this.#base <= context * 4) return;
    const drop = this.#base - context;
    this.#window = this.#window.slice(drop);
    this.#base -= drop;
    this.#offset += drop;
    const current = this.#markAt(drop);
    this.#marks = this.#marks.filter((mark) => mark === current || mark.at > drop);
    for (const mark of this.#marks) mark.at = Math.max(0, mark.at - drop);
  }

  /** Restores the values redacted from the request. */
  #restored(pieces: readonly StreamContent[], isEnd: boolean): Passed {
    const { vault, isJSON, type } = this.#init;
    if (vault.isEmpty) return pieces;
    const restored: StreamContent[] = [];
    let last: string | undefined = this.#marks.at(-1)?.id;
    for (const piece of pieces) {
      if (piece.type !== 'text-delta' && piece.type !== 'reasoning-delta') continue;
      last = piece.id;
      const text = this.#unrestored + piece.text;
      const ready = vault.holdFrom(text);
      this.#unrestored = text.slice(ready);
      const done = vault.restore(text.slice(0, ready), isJSON);
      if (done !== '' || piece.providerOptions !== undefined) restored.push({ ...piece, text: done });
    }
    if (isEnd && this.#unrestored !== '') {
      restored.push(delta(type, vault.restore(this.#unrestored, isJSON), last, undefined));
      this.#unrestored = '';
    }
    return restored;
  }
}
