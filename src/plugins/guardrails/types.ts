import type { CallOptions } from '../../types/options/call-options.ts';
import type { Awaitable, RequestContext } from '../../types/plugin.ts';
import type { JSONValue } from '../../types/request/json.ts';
import type { Router } from '../../types/router.ts';

/**
 * What a guard checks: `input` is everything the caller sends, `output` everything the model writes;
 * `tool-call` is the arguments of tool calls and `tool-result` the results of tools, in either direction.
 */
export type GuardStage = 'input' | 'output' | 'tool-call' | 'tool-result';

/**
 * The decision of a guard about one text. `block` is the reason, shown in errors, events and logs: name the
 * rule, never quote the text.
 */
export type Verdict =
  | { readonly ok: true }
  | {
      /** The reason, which must be safe to show. */
      readonly block: string;
    }
  | {
      /** The spans to replace. A call of a tool cannot be changed. */
      readonly replace: readonly Replacement[];
    };

/** A span of a text to be replaced. Offsets are UTF-16 code units, as in `String.slice`. */
export interface Replacement {
  /** Index of the span's first character. */
  readonly start: number;
  /** Index after the span's last character. */
  readonly end: number;
  /** The new text. @default a placeholder for `entity`, such as `[EMAIL_1]` */
  readonly with?: string;
  /** Kind of the value, such as `EMAIL`; part of the placeholder. @default 'REDACTED' */
  readonly entity?: string;
  /** Puts the value back into the answer; see `redact`. @default false */
  readonly restore?: Restore;
}

/** How long a placeholder keeps its value: for the request, or for all requests of its session. */
export type Restore = false | 'request' | 'session';

/** Context of one check. */
export interface GuardContext {
  /** The stage of the text. */
  readonly stage: GuardStage;
  /** `request`: on the way to the vendor. `answer`: on the way to the caller. */
  readonly direction: 'request' | 'answer';
  /** Role of the message; `assistant` for answers, `user` for embedding values and image prompts. */
  readonly role: 'system' | 'user' | 'assistant' | 'tool';
  /**
   * The origin of the text. `data` is the content of a text file, the URL of a file, or a vendor's own data; `source` also the
   * citations of a text.
   */
  readonly part: 'text' | 'reasoning' | 'tool' | 'file-name' | 'data' | 'source';
  /** The request, for example its `tenant` and `tags`. */
  readonly request: RequestContext;
  /** For guards that ask a model. Requests with the options of `unguarded` are not checked again. */
  readonly router: Router;
  /** Marks a request of the guard itself, so that it is not guarded. Returns the same object. */
  unguarded<Request extends object>(request: Request): Request;
  /**
   * Call options for a request of the guard itself: the tenant and user of the guarded request, and its requirements for targets.
   */
  onBehalf(): CallOptions;
  /** Milliseconds since 1970. */
  now(): number;
  /** Aborts when the check exceeds its timeout or the request ends. */
  readonly signal: AbortSignal;
}

/** A tool call whose arguments are complete. */
export interface CheckedToolCall {
  /** Name of the tool. */
  readonly toolName: string;
  /** The parsed arguments. */
  readonly input: JSONValue;
}

/**
 * A check of everything sent to and received from the vendor.
 *
 * @example
 * const noCodeNames: Guard = {
 *   name: 'code-names',
 *   on: ['output'],
 *   reads: 'sentence',
 *   check: (text) => (text.includes('Bluebird') ? { block: 'a code name' } : { ok: true }),
 * };
 */
export interface Guard {
  /** For errors, events and the decision. Unique within a list of guards. */
  readonly name: string;
  /** @default all stages */
  readonly on?: readonly GuardStage[];
  /** `request`: only on the way to the vendor. `answer`: only on the way to the caller. @default both */
  readonly direction?: 'request' | 'answer';
  /** `shadow` records verdicts and changes nothing; it delays no request. @default 'enforce' */
  readonly mode?: 'enforce' | 'shadow';
  /** Maximum milliseconds per check. @default 1000 */
  readonly timeout?: number;
  /** Consequence of a check that throws, times out or returns an invalid verdict. @default 'block' */
  readonly onError?: 'block' | 'pass';
  /**
   * How much of an answer `check` needs. `sentence`: one or more complete sentences. `whole`: the complete
   * answer, so that streams are buffered, which the result's `warnings` state. Guards with a `detector` ignore it.
   *
   * @default 'whole'
   */
  readonly reads?: 'sentence' | 'whole';
  /** Whether messages before the last assistant message are checked again with every request. @default true */
  readonly history?: boolean;
  /** Checks one text. */
  check?(text: string, context: GuardContext): Awaitable<Verdict>;
  /** Finds spans instead of checking whole texts; the answer is then streamed. */
  readonly detector?: Detector;
  /** The verdict on what the detector found, never empty. @default block, naming the entities */
  decide?(findings: readonly Finding[], context: GuardContext): Verdict;
  /** How long its placeholders keep their values; set by `redact`. @default false */
  readonly restores?: Restore;
  /** Checks a complete tool call. `replace` is not allowed. */
  checkToolCall?(call: CheckedToolCall, context: GuardContext): Awaitable<Verdict>;
}

/** A span that a detector found. */
export interface Finding {
  /** Index of the span's first character, in UTF-16 code units. */
  readonly start: number;
  /** Index after the span's last character. */
  readonly end: number;
  /** Kind of the value in capitals, such as `EMAIL`. */
  readonly entity: string;
}

/**
 * Finds values in texts.
 *
 * @example
 * const customerNumbers: Detector = {
 *   name: 'customer-numbers',
 *   longest: 11,
 *   find: (text) => [...text.matchAll(/\bKD-\d{8}\b/g)].map((match) => ({
 *     start: match.index, end: match.index + match[0].length, entity: 'CUSTOMER',
 *   })),
 * };
 */
export interface Detector {
  /** Its name in errors and events. */
  readonly name: string;
  /** All findings in a text, in any order. */
  find(text: string): Awaitable<readonly Finding[]>;
  /** Maximum length of a finding in characters, context included. Streams hold back no more than this. */
  readonly longest: number;
  /**
   * For streams: the index from which the text may contain the beginning of an unfinished finding; everything
   * before it is final. Called for every chunk.
   *
   * @default text.length - longest
   */
  hold?(text: string, from: number): number;
  /**
   * A fast test: whether a text may contain a finding that ends after `from`; earlier text is context.
   *
   * @default always true
   */
  maybe?(text: string, from: number): boolean;
}

/** Adds a system message to requests; see `inject`. */
export interface Injection {
  /** Its name in events. */
  readonly name: string;
  /** Text of the system message. */
  readonly inject: string;
  /** `start`: before the system messages. `end`: after those at the beginning. */
  readonly position: 'start' | 'end';
  /** Which requests get it. @default all */
  when?(request: RequestContext): boolean;
}

/** Sets vendor options of requests and reads the vendor's verdict; see `vendorModeration`. */
export interface VendorGuard {
  /** Its name in errors, events and the decision. */
  readonly name: string;
  /** Options by provider name, merged into the request's. */
  readonly vendorOptions: Readonly<Record<string, { readonly [name: string]: JSONValue }>>;
}

/** An element of a list of guards. */
export type GuardItem = Guard | Injection | VendorGuard;
