import type { Awaitable, RequestContext } from '../../../types/plugin.ts';
import type { ContentPart, ToolCallPart } from '../../../types/request/message.ts';
import type { Warning } from '../../../types/result/result.ts';
import type { StreamContent } from '../../../types/result/stream-part.ts';
import type { PartTransform, TransformedPart } from '../../../types/transform.ts';
import { isPromise } from '../detectors/find.ts';
import type { Vault } from '../redaction/vault.ts';
import type { Environment } from '../runner/environment.ts';
import { checksStage } from '../runner/guards.ts';
import { merge } from '../runner/merge.ts';
import { Verdicts } from '../runner/notes.ts';
import { type Blocked, type Checking, checkText, type Demands } from '../runner/run.ts';
import type { Place } from '../runner/texts.ts';
import type { Guard } from '../types.ts';
import { Gate, type Passed } from './gate.ts';
import { checkPart, checkToolCall, restorePart } from './parts.ts';

type Channel = 'text' | 'reasoning';
type Delta = Extract<StreamContent, { readonly type: 'text-delta' | 'reasoning-delta' }>;
type Steps = readonly (() => Awaitable<Passed>)[];

const nothing: readonly StreamContent[] = [];

/** Guards an answer on its way to the caller, part by part. */
export class GuardedAnswer implements PartTransform {
  readonly warnings: readonly Warning[];
  readonly #guards: readonly Guard[];
  readonly #shadows: readonly Guard[];
  /** Guards that read the whole text, so that everything waits for its end. */
  readonly #whole: readonly Guard[];
  readonly #checking: Checking;
  readonly #vault: Vault;
  readonly #gates: Readonly<Record<Channel, Gate>>;
  readonly #holdsTools: boolean;
  /** Parts that wait for the end. */
  readonly #waiting: StreamContent[] = [];
  /** Calls whose arguments are still arriving, and whether deltas have arrived. */
  readonly #calls = new Map<string, { readonly start: StreamContent; hasDeltas: boolean }>();
  /** For shadow guards and those that read the whole text. */
  readonly #texts = { text: '', reasoning: '' };
  readonly #shadowParts: ContentPart[] = [];
  #open: Channel | undefined;
  #arrivedAt: number | undefined;
  #checkTime = 0;
  #firstHeld: number | undefined;

  constructor(guards: readonly Guard[], request: RequestContext, env: Environment) {
    const enforced = guards.filter(({ mode }) => mode !== 'shadow');
    this.#guards = enforced;
    this.#shadows = guards.filter(({ mode }) => mode === 'shadow');
    this.#vault = env.vaultOf(request);
    this.#checking = { env, request, direction: 'answer', verdicts: new Verdicts('answer') };
    const ofOutput = enforced.filter((guard) => checksStage(guard, 'output'));
    const checking = ofOutput.filter(({ check, detector }) => check !== undefined && detector === undefined);
    this.#whole = checking.filter(({ reads }) => reads !== 'sentence');
    const gate = (type: Channel): Gate =>
      new Gate({
        type,
        detecting: ofOutput.filter(({ detector }) => detector !== undefined),
        reading: checking.filter(({ reads }) => reads === 'sentence'),
        checking: this.#checking,
        vault: this.#vault,
        isJSON:
          type === 'text' && 'messages' in request.request && request.request.responseFormat !== undefined,
      });
    this.#gates = { text: gate('text'), reasoning: gate('reasoning') };
    this.#holdsTools = !this.#vault.isEmpty || enforced.some((guard) => checksStage(guard, 'tool-call'));
    this.warnings = this.#whole.length === 0 || request.operation !== 'stream' ? [] : [buffered(this.#whole)];
  }

  part(part: StreamContent): Awaitable<TransformedPart> {
    // Original chunks contain the text before any check.
    if (part.type === 'raw') return undefined;
    this.#arrivedAt ??= this.#now();
    this.#collect(part);
    if (this.#whole.length > 0) {
      this.#waiting.push(part);
      return undefined;
    }
    return this.#settle(this.#pass(part));
  }

  end(): Awaitable<TransformedPart> {
    const steps: (() => Awaitable<Passed>)[] = this.#whole.length === 0 ? [] : [() => this.#readWhole()];
    for (const part of this.#waiting) steps.push(() => this.#pass(part));
    steps.push(
      () => this.#gates.reasoning.flush(),
      () => this.#gates.text.flush(),
    );
    const ending = inTurn(steps);
    const finish = (passed: Passed): Awaitable<TransformedPart> => {
      this.#watch();
      return this.#settle(passed, true);
    };
    return isPromise(ending) ? ending.then(finish) : finish(ending);
  }

  /** The answer of one part; verdicts are recorded when nothing follows. */
  #settle(passing: Awaitable<Passed>, isEnd = false): Awaitable<TransformedPart> {
    if (!isPromise(passing)) return this.#settled(passing, isEnd);
    const startedAt = this.#now();
    return passing.then((passed) => {
      this.#checkTime += this.#now() - startedAt;
      return this.#settled(passed, isEnd);
    });
  }

  #settled(passed: Passed, isEnd: boolean): TransformedPart {
    if (isBlocked(passed)) {
      this.#note();
      return { withhold: `${passed.guard}: ${passed.reason}` };
    }
    if (passed.length > 0) this.#firstHeld ??= this.#now() - (this.#arrivedAt ?? this.#now());
    if (isEnd) this.#note();
    return passed;
  }

  #note(): void {
    const { verdicts, request } = this.#checking;
    for (const guard of this.#guards) verdicts.expect(guard, guard.on?.[0] ?? 'output');
    verdicts.note(request, Math.max(this.#checkTime, this.#firstHeld ?? 0));
  }

  #now(): number {
    return this.#checking.env.clock.now();
  }

  #pass(part: StreamContent): Awaitable<Passed> {
    switch (part.type) {
      case 'text-delta':
        return this.#delta('text', part);
      case 'reasoning-delta':
        return this.#delta('reasoning', part);
      case 'tool-call-start':
        if (!this.#holdsTools) return this.#after(() => [part]);
        this.#calls.set(part.toolCallId, { start: part, hasDeltas: false });
        return nothing;
      case 'tool-call-delta': {
        const call = this.#calls.get(part.toolCallId);
        if (call === undefined) return this.#holdsTools ? nothing : [part];
        call.hasDeltas = true;
        return nothing;
      }
      case 'tool-call':
        return this.#after(() => this.#call(part));
      case 'raw':
        return nothing;
      default:
        return this.#after(() => this.#other(part));
    }
  }

  /** Text; vendor data with it, such as citations, is complete and checked at once. */
  #delta(channel: Channel, part: Delta): Awaitable<Passed> {
    const { providerOptions } = part;
    if (providerOptions === undefined) return this.#write(channel, part);
    const take = (checked: ContentPart | Blocked): Awaitable<Passed> => {
      if ('guard' in checked) return checked;
      const { providerOptions: options = providerOptions } = restorePart(checked, this.#vault);
      return this.#write(channel, { ...part, providerOptions: options });
    };
    const owner = { type: channel, text: '', providerOptions } as const;
    const checking = checkPart(owner, this.#guards, this.#checking);
    return isPromise(checking) ? checking.then(take) : take(checking);
  }

  #write(channel: Channel, part: Delta): Awaitable<Passed> {
    const gate = this.#gates[channel];
    const { text, id, providerOptions } = part;
    const isSwitch = this.#open !== undefined && this.#open !== channel;
    this.#open = channel;
    if (!isSwitch && (text !== '' || providerOptions === undefined))
      return gate.push(text, id, providerOptions);
    const other = this.#gates[channel === 'text' ? 'reasoning' : 'text'];
    const steps: (() => Awaitable<Passed>)[] = isSwitch ? [() => other.flush()] : [];
    if (text !== '' || providerOptions === undefined) steps.push(() => gate.push(text, id, providerOptions));
    // A signature covers its block, which is complete; it does not fit a text that a guard has changed.
    else
      steps.push(
        () => gate.flush(),
        () => (gate.hasChanged ? nothing : [part]),
      );
    return inTurn(steps);
  }

  /** Runs a step after all text that came before. */
  #after(step: () => Awaitable<Passed>): Awaitable<Passed> {
    this.#open = undefined;
    return inTurn([() => this.#gates.reasoning.flush(), () => this.#gates.text.flush(), step]);
  }

  #call(part: ToolCallPart): Awaitable<Passed> {
    const begun = this.#calls.get(part.toolCallId);
    this.#calls.delete(part.toolCallId);
    const take = (checked: ToolCallPart | Blocked): Passed => {
      if ('guard' in checked) return checked;
      const restored = restorePart(checked, this.#vault);
      if (begun === undefined) return [restored];
      const { toolCallId, input } = restored;
      const text = typeof input === 'string' ? input : JSON.stringify(input);
      return begun.hasDeltas
        ? [begun.start, { type: 'tool-call-delta', toolCallId, text }, restored]
        : [begun.start, restored];
    };
    const checking = checkToolCall(part, this.#guards, this.#checking);
    return isPromise(checking) ? checking.then(take) : take(checking);
  }

  #other(part: ContentPart): Awaitable<Passed> {
    if (part.type === 'text' || part.type === 'reasoning') return nothing;
    const take = (checked: typeof part | Blocked): Passed =>
      'guard' in checked ? checked : [restorePart(checked, this.#vault)];
    const checking = checkPart(part, this.#guards, this.#checking);
    return isPromise(checking) ? checking.then(take) : take(checking);
  }

  /** Runs guards that read the whole text, once it is complete. */
  #readWhole(): Awaitable<Passed> {
    const steps: Steps = (['reasoning', 'text'] as const).map((channel) => () => {
      const place: Place = { stage: 'output', role: 'assistant', part: channel, isHistory: false };
      const take = (demands: Demands): Passed => {
        if ('blocked' in demands) return demands.blocked;
        this.#gates[channel].planned = merge(demands.replace);
        return nothing;
      };
      const checking = checkText(this.#whole, this.#texts[channel], place, this.#checking);
      return isPromise(checking) ? checking.then(take) : take(checking);
    });
    return inTurn(steps);
  }

  #collect(part: StreamContent): void {
    if (this.#whole.length === 0 && this.#shadows.length === 0) return;
    if (part.type === 'text-delta') this.#texts.text += part.text;
    else if (part.type === 'reasoning-delta') this.#texts.reasoning += part.text;
    else if (this.#shadows.length > 0 && isContent(part)) this.#shadowParts.push(part);
  }

  /** Runs shadow guards on the complete answer; nothing waits for them. */
  #watch(): void {
    if (this.#shadows.length === 0) return;
    const verdicts = new Verdicts('answer');
    const checking: Checking = { ...this.#checking, verdicts };
    const texts = (['reasoning', 'text'] as const).map((type) => ({ type, text: this.#texts[type] }));
    const running = [...texts, ...this.#shadowParts].map((part): Awaitable<unknown> => {
      if (part.type === 'tool-call') return checkToolCall(part, this.#shadows, checking);
      return checkPart(part, this.#shadows, checking);
    });
    const { request } = this.#checking;
    if (running.some(isPromise)) void Promise.allSettled(running).then(() => verdicts.note(request, 0));
    else verdicts.note(request, 0);
  }
}

/** Parts that arrive whole. */
function isContent(part: StreamContent): part is Extract<StreamContent, ContentPart> {
  const { type } = part;
  return type !== 'raw' && type !== 'tool-call-start' && !type.endsWith('-delta');
}

/** Runs steps in order until one blocks. Returns no promise if none of them does. */
function inTurn(steps: Steps): Awaitable<Passed> {
  const from = (first: number, done: readonly StreamContent[]): Awaitable<Passed> => {
    let all = done;
    for (let index = first; index < steps.length; index++) {
      const passing = (steps[index] as Steps[number])();
      if (isPromise(passing))
        return passing.then((passed) => (isBlocked(passed) ? passed : from(index + 1, [...all, ...passed])));
      if (isBlocked(passing)) return passing;
      if (passing.length > 0) all = all.length === 0 ? passing : [...all, ...passing];
    }
    return all;
  };
  return from(0, nothing);
}

function isBlocked(passed: Passed): passed is Blocked {
  return !Array.isArray(passed);
}

function buffered(guards: readonly Guard[]): Warning {
  const names = guards.map(({ name }) => name).join(', ');
  return {
    type: 'other',
    feature: 'guardrails',
    details: `the stream is buffered until its end, because these guards check whole answers: ${names}`,
  };
}
