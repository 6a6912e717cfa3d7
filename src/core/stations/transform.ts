import type { PartTransform, Plugin, RequestContext } from '../../types/plugin.ts';
import type { ContentPart } from '../../types/request/message.ts';
import type { StreamContent } from '../../types/result/stream-part.ts';
import { accumulator } from '../calls/stream/accumulate.ts';

/** Creates the transform of one answer; `undefined` if no plugin changes it. */
export type Transform = (context: RequestContext) => Transforms | undefined;

/** A plugin has rejected an answer. */
export interface Rejection {
  readonly plugin: string;
  readonly reject: readonly string[];
}

export function transformWith(plugins: readonly Plugin[]): Transform | undefined {
  const transforming = plugins.filter(({ transform }) => transform !== undefined);
  if (transforming.length === 0) return undefined;
  return (context) => {
    const all = transforming.flatMap((plugin) => {
      const transform = plugin.transform?.(context);
      return transform === undefined ? [] : [[plugin.name, transform] as const];
    });
    return all.length === 0 ? undefined : new Transforms(all);
  };
}

/** The transforms of one answer; each part passes through all of them in order. */
export class Transforms {
  readonly #all: readonly (readonly [plugin: string, transform: PartTransform])[];

  constructor(all: readonly (readonly [string, PartTransform])[]) {
    this.#all = all;
  }

  /** The parts that replace a part. */
  part(part: StreamContent): readonly StreamContent[] | Rejection {
    return this.#pass([part], 0);
  }

  /** The parts held back, once the answer is complete. */
  end(): readonly StreamContent[] | Rejection {
    const rest: StreamContent[] = [];
    for (const [index, [plugin, transform]] of this.#all.entries()) {
      const held = read(plugin, transform.end?.());
      const passed = 'reject' in held ? held : this.#pass(held, index + 1);
      if ('reject' in passed) return passed;
      rest.push(...passed);
    }
    return rest;
  }

  /** The same for a complete answer, part by part. */
  content(content: readonly ContentPart[]): readonly ContentPart[] | Rejection {
    const changed = accumulator();
    for (const [index, part] of content.entries()) {
      const passed = this.part(toStreamPart(part, String(index)));
      if ('reject' in passed) return passed;
      passed.forEach(changed.add);
    }
    const rest = this.end();
    if ('reject' in rest) return rest;
    rest.forEach(changed.add);
    return changed.content();
  }

  #pass(parts: readonly StreamContent[], first: number): readonly StreamContent[] | Rejection {
    let passing = parts;
    for (const [plugin, transform] of this.#all.slice(first)) {
      const next: StreamContent[] = [];
      for (const part of passing) {
        const made = read(plugin, transform.part(part));
        if ('reject' in made) return made;
        next.push(...made);
      }
      passing = next;
    }
    // The original in another interface's form is stale now.
    return passing.map(({ origin: _, ...part }) => part);
  }
}

function read(plugin: string, made: ReturnType<PartTransform['part']>): readonly StreamContent[] | Rejection {
  if (made === undefined) return [];
  if (Array.isArray(made)) return made;
  if ('reject' in made) return { plugin, reject: [made.reject].flat() };
  return [made as StreamContent];
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
