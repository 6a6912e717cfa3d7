import type { ProviderImageCall, ProviderImages } from '../../types/provider.ts';
import type { ImageRequest, ImageResult } from '../../types/request/image.ts';
import type { Failover } from '../failover/failover.ts';
import type { RequestState } from '../request.ts';
import { imagesPerCall, imageTokens } from '../routing/estimates.ts';
import type { Target } from '../targets/target.ts';
import { type SubCall, splitCalls } from './split-calls.ts';

/** Generates all images at one target. */
export async function image(run: RequestState<ImageRequest>, failover: Failover): Promise<ImageResult> {
  const { n = 1, ...request } = run.request;
  const { answers, common } = await splitCalls(run, failover, (target) => {
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
  };
}

function portion(
  run: RequestState,
  target: Target,
  call: Omit<ProviderImageCall, 'model' | 'signal'>,
): SubCall<ProviderImages> {
  const { clock } = run.env;
  const estimate = () => ({
    inputTokens: run.inputTokens,
    outputTokens: call.n * imageTokens(target, clock.now()),
    images: call.n,
  });
  return {
    estimate,
    // An interrupted call may still produce images; a completed call without one did not.
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
