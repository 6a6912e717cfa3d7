import { OutputError } from '../../../errors.ts';
import type { Warning } from '../../../types/result/result.ts';
import type { StreamContent } from '../../../types/result/stream-part.ts';
import { isThenable } from '../../../util/time/thenable.ts';
import type { Answer } from '../../answer/answer.ts';
import type { RequestState } from '../../request.ts';
import { changed, type Rejection, type Transforms } from '../../stations/transform.ts';
import { Accumulator, isToken, type ReadPart } from './accumulate.ts';

/**
 * Plugins between a stream's target and its reader: observers see the original parts, transforms change them.
 * Exists only if a plugin is interested in the stream.
 */
export class Passage {
  readonly #request: RequestState;
  #transforms: Transforms | undefined;
  /** What the reader received, if it differs from the original. */
  #shown: Accumulator | undefined;
  #isBlank = true;

  static of(request: RequestState): Passage | undefined {
    const { observers, env, shadow } = request;
    const transforms = shadow ? undefined : env.stations.transform?.(request.context);
    if (transforms === undefined && observers?.wantsParts !== true) return undefined;
    return new Passage(request, transforms);
  }

  private constructor(request: RequestState, transforms: Transforms | undefined) {
    this.#request = request;
    this.#transforms = transforms;
    if (transforms !== undefined) this.#shown = new Accumulator();
  }

  /** Whether plugins change the answer. */
  get changes(): boolean {
    return this.#transforms !== undefined;
  }

  /** Whether nothing visible has been delivered, so that another answer can still replace this one. */
  get isBlank(): boolean {
    return this.#isBlank;
  }

  /** What plugins warn of. */
  get warnings(): readonly Warning[] {
    return this.#transforms?.warnings ?? [];
  }

  /** What the reader received; `undefined`: the original. */
  get shown(): Accumulator | undefined {
    return this.#shown;
  }

  /**
   * The parts that replace a part. Throws `OutputError` if a plugin rejects the answer, and whatever a plugin
   * throws.
   */
  pass(part: ReadPart): readonly ReadPart[] | Promise<readonly ReadPart[]> {
    const { observers } = this.#request;
    if (part.type === 'restart') {
      this.restart();
      observers?.part(part);
      return [part];
    }
    if (part.type !== 'finish') observers?.part(part);
    const transforms = this.#transforms;
    if (transforms === undefined) {
      if (part.type !== 'finish' && isToken(part)) this.#isBlank = false;
      return [part];
    }
    const passing = part.type === 'finish' ? transforms.end() : transforms.part(part);
    return isThenable(passing)
      ? passing.then((passed) => this.#show(part, passed))
      : this.#show(part, passing);
  }

  #show(part: ReadPart, passed: readonly StreamContent[] | Rejection): readonly ReadPart[] {
    if ('reject' in passed) throw this.#rejected(passed);
    for (const each of passed) {
      this.#shown?.add(each);
      if (isToken(each)) this.#isBlank = false;
    }
    return part.type === 'finish' ? [...passed, part] : passed;
  }

  /** Another answer replaces what the reader received. */
  restart(): void {
    this.#isBlank = true;
    if (this.#transforms === undefined) return;
    this.#transforms = this.#request.env.stations.transform?.(this.#request.context);
    this.#shown = new Accumulator();
  }

  /** The complete answer as delivered. */
  complete(answer: Answer): Answer {
    if (this.#shown === undefined) return answer;
    const { warnings } = this;
    const shown = changed(answer, this.#shown.content());
    return warnings.length === 0 ? shown : { ...shown, warnings: [...warnings, ...answer.warnings] };
  }

  #rejected({ plugin, reject, by }: Rejection): OutputError {
    return new OutputError(by, reject, this.#request.attempts, plugin);
  }
}
