import { estimateTokens } from '../../pricing/estimate.ts';
import type { ProviderEmbeddings } from '../../types/provider.ts';
import type { EmbedRequest, EmbedResult } from '../../types/request/embed.ts';
import type { Failover } from '../failover/failover.ts';
import type { RequestState } from '../request.ts';
import { type SubCall, splitCalls } from './split-calls.ts';

/** Default limits for providers that declare none: what even the smallest servers accept. */
const usualLimits = { values: 96, characters: 300_000 };

/** Embeds all values at one target. */
export async function embed(run: RequestState<EmbedRequest>, failover: Failover): Promise<EmbedResult> {
  const { request: asked } = run;
  const { answers, common } = await splitCalls(run, failover, ({ provider }) =>
    split(asked.values, provider.embedLimits ?? usualLimits).map((values) => portion({ ...asked, values })),
  );
  return {
    ...common,
    embeddings: answers.flatMap(({ embeddings }) => embeddings),
  };
}

/**
 * Splits values, in order, into batches the vendor accepts. A single oversized value is left for the vendor
 * to reject.
 */
function split(
  values: readonly string[],
  limits: { readonly values: number; readonly characters: number },
): readonly (readonly string[])[] {
  const batches: string[][] = [];
  let characters = Number.POSITIVE_INFINITY;
  for (const value of values) {
    const last = batches.at(-1);
    characters += value.length;
    if (last === undefined || last.length >= limits.values || characters > limits.characters) {
      batches.push([value]);
      characters = value.length;
    } else last.push(value);
  }
  return batches;
}

function portion(asked: EmbedRequest): SubCall<ProviderEmbeddings> {
  const { values } = asked;
  let counted: number | undefined;
  const estimate = () => {
    counted ??= estimateTokens(values);
    return { inputTokens: counted, outputTokens: 0 };
  };
  return {
    estimate,
    lost: estimate,
    call: ({ provider }, carry) => provider.embed?.({ ...asked, ...carry }),
    flaw(answer) {
      const { embeddings = [] } = answer ?? {};
      const whole = embeddings.length === values.length && embeddings.every((vector) => vector.length > 0);
      return whole ? undefined : `${embeddings.length} embeddings for ${values.length} values`;
    },
    booked: ({ usage }) => ({ outputTokens: 0, ...usage }),
  };
}
