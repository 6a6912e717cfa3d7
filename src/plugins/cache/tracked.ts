import type {
  AnyResult,
  AttemptObserver,
  AttemptPlan,
  RequestContext,
  RequestObserver,
  RequestSummary,
} from '../../types/plugin.ts';
import type { ChatResult } from '../../types/result/result.ts';
import type { StreamContent, StreamPart } from '../../types/result/stream-part.ts';
import type { Keyed } from './answers.ts';
import type { Flight } from './flight/flight.ts';
import type { PromptCache } from './prompt-cache/prompt-cache.ts';

/** The outcome of a request that the cache follows. */
export interface TrackedEnd {
  readonly keyed: Keyed;
  readonly flight: Flight<ChatResult> | undefined;
  readonly summary: RequestSummary;
  /** The target's original answer, if it has passed all checks. */
  readonly answer: ChatResult | undefined;
  /** The parts in which a stream delivered it. */
  readonly parts: readonly StreamContent[] | undefined;
}

/** Follows one chat or stream: its target's answer, and the parts of it. */
export class Tracked implements RequestObserver {
  /** Set by the lookup; `undefined` for a request without entries. */
  keyed: Keyed | undefined;
  flight: Flight<ChatResult> | undefined;
  readonly #context: RequestContext;
  readonly #prompts: PromptCache | undefined;
  readonly #onRouted: () => void;
  readonly #onEnd: (end: TrackedEnd) => void;
  /** Whether targets are asked: until then, parts are those of another request. */
  #isMade = false;
  #parts: StreamContent[] = [];
  #answer: ChatResult | undefined;

  constructor(
    context: RequestContext,
    prompts: PromptCache | undefined,
    onRouted: () => void,
    onEnd: (end: TrackedEnd) => void,
  ) {
    this.#context = context;
    this.#prompts = prompts;
    this.#onRouted = onRouted;
    this.#onEnd = onEnd;
  }

  routed(): void {
    if (this.keyed === undefined) return;
    this.#isMade = true;
    this.#parts = [];
    if (this.flight?.routed(this.#context) === false) this.flight = undefined;
    this.#onRouted();
  }

  attempt(plan: AttemptPlan): AttemptObserver | undefined {
    if (this.#leads) this.flight?.servedBy(plan.target.id);
    return this.#prompts?.attempt(plan);
  }

  part(part: Exclude<StreamPart, { type: 'finish' }>): void {
    if (!this.#isMade || part.type === 'raw') return;
    if (part.type === 'restart') {
      this.#parts = [];
      if (this.#leads) this.flight?.part(part);
      return;
    }
    // The form of another interface is for that caller only.
    const { origin: _, ...own } = part;
    this.#parts.push(own);
    if (this.#leads) this.flight?.part(own);
  }

  answer(answer: AnyResult): void {
    if ('content' in answer) this.#answer = answer;
  }

  end(summary: RequestSummary): void {
    const { keyed, flight } = this;
    if (keyed === undefined) return;
    const { outcome, result, forOthers } = summary;
    const given = this.#answer;
    const final = outcome === 'success' ? result : forOthers;
    // If a guard withheld it, its finish reason differs.
    const isProven =
      this.#isMade &&
      given !== undefined &&
      final !== undefined &&
      'finishReason' in final &&
      final.finishReason === given.finishReason;
    const isStream = this.#context.operation === 'stream';
    this.#onEnd({
      keyed,
      flight,
      summary,
      answer: isProven ? given : undefined,
      parts: isStream ? this.#parts : undefined,
    });
  }

  get #leads(): boolean {
    return this.flight?.isLedBy(this.#context) === true;
  }
}
