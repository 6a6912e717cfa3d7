import type { ImageRequest, ImageResult } from '../types/image.ts';
import type { ProviderImageCall, ProviderImages } from '../types/provider.ts';
import type { Failover } from './failover.ts';
import { imagesPerCall, imageTokens } from './forecast.ts';
import { inPortions, type Portion } from './portions.ts';
import type { Run } from './run.ts';
import type { Target } from './target.ts';

/** Gets all images from one target. */
export async function image(run: Run, failover: Failover, asked: ImageRequest): Promise<ImageResult> {
  const { n = 1, ...request } = asked;
  const { answers, common } = await inPortions(run, failover, (target) => {
    const most = imagesPerCall(target);
    return Array.from({ length: Math.ceil(n / most) }, (_, index) =>
      portion(run, target, { ...request, n: Math.min(most, n - index * most) }),
    );
  });
  const images = answers.flatMap((answer) => answer.images);
  const details = `${images.length} of ${n} images`;
  return {
    ...common,
    images,
    warnings: [
      ...common.warnings,
      ...(images.length < n ? [{ type: 'other' as const, feature: 'n', details }] : []),
    ],
    decision: run.decision,
    response: answers.at(-1)?.response ?? { headers: {} },
  };
}

function portion(
  run: Run,
  target: Target,
  call: Omit<ProviderImageCall, 'model' | 'signal'>,
): Portion<ProviderImages> {
  const { clock } = run.env;
  const estimate = () => ({
    inputTokens: run.job.inputTokens.get(),
    outputTokens: call.n * imageTokens(target, clock.now()),
    images: call.n,
  });
  return {
    estimate,
    // What was cut off may be made all the same; what came without an image was not.
    lost: (cut) => (cut ? estimate() : {}),
    call: ({ provider }, carry) => provider.image?.({ ...call, ...carry }).then(counted),
    flaw: (answer) => (answer?.usage.images ? undefined : 'the answer has no image'),
    booked({ images: { length }, usage }) {
      const { outputTokens } = usage;
      if (outputTokens !== undefined) target.imageTokens.add(outputTokens / length, clock.now());
      return usage;
    },
  };
}

function counted(answer: ProviderImages): ProviderImages {
  return { ...answer, usage: { ...answer.usage, images: answer.images.length } };
}
