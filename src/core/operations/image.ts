import type { ImageRequest, ImageResult } from '../../types/request/image.ts';
import { image } from '../calls/image.ts';
import { replayWhole } from '../calls/replay.ts';
import { imagesPerCall, imageTokens } from '../routing/estimates.ts';
import { messageOf, normalizeImageRequest } from './check/plain-request.ts';
import { requirementsOf } from './requirements.ts';
import type { RunnableOperation } from './runnable.ts';

export const imageOperation: RunnableOperation<ImageRequest, ImageResult> = {
  kind: 'image',
  workload: 'image',
  measuredAs: undefined,
  hedgeable: false, // each image costs
  selectable: false,
  streamed: false,
  check: (input) => ({ request: normalizeImageRequest(input), schema: undefined }),
  requirements: (request) => ({
    ...requirementsOf({ messages: [messageOf(request)] }),
    imageCount: request.n ?? 1,
    mask: request.mask !== undefined,
  }),
  inputTokens: (request, { estimateInput }) => estimateInput([messageOf(request)]),
  missing({ provider, capabilities: { imageGeneration: makes } }, { images, mask }) {
    if (provider.image === undefined || makes === false) return 'image generation';
    if (images && makes === 'prompt') return 'image editing';
    return mask && makes === 'images' ? 'image editing by a mask' : undefined;
  },
  outputTokens: (target, { needs }, now) => needs.imageCount * imageTokens(target, now),
  calls: (target, { imageCount }) => Math.ceil(imageCount / imagesPerCall(target)),
  run: image,
  replay: replayWhole,
};
