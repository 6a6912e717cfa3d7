import type { Clock } from '../../types/clock.ts';
import type { Awaitable, Plugin, RequestContext } from '../../types/plugin.ts';
import type { ContentPart, ProviderOptions } from '../../types/request/message.ts';
import type { Warning } from '../../types/result/result.ts';
import type { StreamContent } from '../../types/result/stream-part.ts';
import type { PartTransform, TransformedPart } from '../../types/transform.ts';
import { isThenable } from '../../util/time/thenable.ts';
import { Accumulator } from '../calls/stream/accumulate.ts';
import { waitFor } from './wait.ts';

/** Creates the transform of one answer; `undefined` if no plugin changes it. */
export type Transform = (context: RequestContext) => Transforms | undefined;

/** A plugin has rejected an answer. */
export interface Rejection {
  readonly plugin: string;
  readonly reject: readonly string[];
  /** `guard`: it withholds the answer, also from a caller without another target. */
  readonly by: 'plugin' | 'guard';
}

type Passed = readonly StreamContent[] | Rejection;
type Own = readonly [plugin: Plugin, transform: PartTransform];

export function transformWith(plugins: readonly Plugin[], clock: Clock): Transform | undefined {
  const transforming = plugins.filter(({ transform }) => transform !== undefined);
  if (transforming.length === 0) return undefined;
  return (context) => {
    const all: Own[] = [];
    for (const plugin of transforming) {
      const transform = plugin.transform?.(context);
      if (transform !== undefined) all.push([plugin, transform]);
    }
    return all.length === 0 ? undefined : new Transforms(all, context, clock);
  };
}

/** The transforms of one answer; each part passes through all of them in order. Promises only if a plugin returns one. */
export class Transforms {
  readonly #all: readonly Own[];
  readonly #context: RequestContext;
  readonly #clock: Clock;

  constructor(all: readonly Own[], context: RequestContext, clock: Clock) {
    this.#all = all;
    this.#context = context;
    this.#clock = clock;
  }

  /** The parts that replace a part. */
  part(part: StreamContent): Passed | Promise<Passed> {
    return this.#through(part, 0);
  }

  /** The parts held back, once the answer is complete. */
  end(): Passed | Promise<Passed> {
    return this.#endFrom(0, []);
  }

  /** The same for a complete answer, part by part. */
  content(
    content: readonly ContentPart[],
  ): readonly ContentPart[] | Rejection | Promise<readonly ContentPart[] | Rejection> {
    const changed = new Accumulator();
    const take = (passed: Passed): Rejection | undefined => {
      if ('reject' in passed) return passed;
      for (const part of passed) changed.add(part);
      return undefined;
    };
    const from = (first: number): ReturnType<Transforms['content']> => {
      for (let index = first; index <= content.length; index++) {
        const part = content[index];
        const passing = part === undefined ? this.end() : this.part(toStreamPart(part, String(index)));
        if (isThenable(passing)) return passing.then((passed) => take(passed) ?? from(index + 1));
        const rejection = take(passing);
        if (rejection !== undefined) return rejection;
      }
      return changed.content();
    };
    return from(0);
  }

  /** A complete answer with what replaces its content, or why it is rejected. */
  answer<Answer extends Changeable>(answer: Answer): Changed<Answer> | Promise<Changed<Answer>> {
    const content = this.content(answer.content);
    const take = (passed: Awaited<typeof content>): Changed<Answer> =>
      'reject' in passed
        ? { by: passed.by, plugin: passed.plugin, issues: passed.reject }
        : changed(answer, passed);
    return isThenable(content) ? content.then(take) : take(content);
  }

  /** For the result of a stream. */
  get warnings(): readonly Warning[] {
    return this.#all.flatMap(([, { warnings = [] }]) => warnings);
  }

  #through(part: StreamContent, index: number): Passed | Promise<Passed> {
    const own = this.#all[index];
    if (own === undefined) return [withoutOrigin(part)];
    const [plugin, transform] = own;
    const made = this.#read(plugin, transform.part(part));
    return isThenable(made) ? made.then((late) => this.#next(late, index)) : this.#next(made, index);
  }

  #next(passed: Passed, index: number): Passed | Promise<Passed> {
    return 'reject' in passed ? passed : this.#each(passed, index + 1, []);
  }

  /** Several parts, in turn. */
  #each(parts: readonly StreamContent[], index: number, done: StreamContent[]): Passed | Promise<Passed> {
    for (let at = 0; at < parts.length; at++) {
      const passing = this.#through(parts[at] as StreamContent, index);
      if (isThenable(passing))
        return passing.then((passed) => keep(done, passed) ?? this.#each(parts.slice(at + 1), index, done));
      const rejection = keep(done, passing);
      if (rejection !== undefined) return rejection;
    }
    return done;
  }

  #endFrom(index: number, rest: StreamContent[]): Passed | Promise<Passed> {
    const own = this.#all[index];
    if (own === undefined) return rest;
    const [plugin, transform] = own;
    const pass = (held: Passed): Passed | Promise<Passed> =>
      'reject' in held ? held : this.#each(held, index + 1, rest);
    const next = (passed: Passed): Passed | Promise<Passed> =>
      'reject' in passed ? passed : this.#endFrom(index + 1, rest);
    const held = this.#read(plugin, transform.end?.());
    const passed = isThenable(held) ? held.then(pass) : pass(held);
    return isThenable(passed) ? passed.then(next) : next(passed);
  }

  #read(plugin: Plugin, made: Awaitable<TransformedPart>): Passed | Promise<Passed> {
    if (!isThenable(made)) return read(plugin.name, made);
    return waitFor(plugin, 'transform', made, this.#context, this.#clock).then((late) =>
      read(plugin.name, late),
    );
  }
}

function keep(done: StreamContent[], passed: Passed): Rejection | undefined {
  if ('reject' in passed) return passed;
  done.push(...passed);
  return undefined;
}

function read(plugin: string, made: TransformedPart): Passed {
  if (made === undefined) return [];
  if (Array.isArray(made)) return made;
  if ('withhold' in made) return { plugin, reject: [made.withhold], by: 'guard' };
  if ('reject' in made) return { plugin, reject: [made.reject].flat(), by: 'plugin' };
  return [made as StreamContent];
}

/** The original in another interface's form is stale now. */
function withoutOrigin({ origin: _, ...part }: StreamContent): StreamContent {
  return part;
}

/** Treats each content part as a separate block. */
function toStreamPart(part: ContentPart, id: string): StreamContent {
  if (part.type !== 'text' && part.type !== 'reasoning') return part;
  const { type, text, providerOptions } = part;
  return {
    type: `${type}-delta`,
    text,
    id,
    ...(providerOptions === undefined ? {} : { providerOptions }),
  };
}

/** An answer, as far as plugins change it. */
interface Changeable {
  readonly content: readonly ContentPart[];
  readonly providerMetadata: ProviderOptions;
  readonly given?: readonly ContentPart[];
  origin?: unknown;
}

/** The answer with other content, or who rejects it and why. */
export type Changed<Answer> =
  | Answer
  | { readonly by: Rejection['by']; readonly plugin: string; readonly issues: readonly string[] };

/**
 * An answer with new content. Drops the raw form, the form of another interface, and the tokens with their
 * probabilities, which no longer match.
 */
export function changed<Answer extends Changeable>(answer: Answer, content: readonly ContentPart[]): Answer {
  const providerMetadata = Object.fromEntries(
    Object.entries(answer.providerMetadata).map(([provider, { logprobs: _, ...kept }]) => [provider, kept]),
  );
  const shown = { ...answer, content, providerMetadata, raw: undefined, given: answer.content };
  delete shown.origin;
  return shown;
}
