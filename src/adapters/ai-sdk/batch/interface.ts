import type { Router } from '../../../types/router.ts';
import type { BatchModels, ProviderBatches } from './batch.ts';
import type { RequestSpec, RouterBatch } from './spec.ts';

/** Default number of batches in a page. */
const pageSize = 20;

/**
 * The batch interface of a router. Batches of an earlier process continue at its first use.
 *
 * @param supportedUrls see `RouterLanguageModel`
 */
export function routerBatch(
  router: Router,
  models: BatchModels,
  provider: string,
  supportedUrls: () => Record<string, RegExp[]>,
): RouterBatch {
  let loading: Promise<ProviderBatches> | undefined;
  const load = (): Promise<ProviderBatches> => {
    loading ??= import('./batch.ts').then(async ({ ProviderBatches: Batches }) => {
      const batches = new Batches(router, models);
      await batches.resumeAll();
      return batches;
    });
    loading.catch(() => {
      loading = undefined; // the store does not answer; the next call tries again
    });
    return loading;
  };
  return {
    specificationVersion: 'v4',
    provider,
    get supportedUrls() {
      return supportedUrls();
    },
    async doStartBatch({ requests, providerOptions, webhookUrl }) {
      const started = await (await load()).start(requests as readonly RequestSpec[], providerOptions);
      const warning = { type: 'unsupported', feature: 'webhookUrl' } as const;
      return { ...started, warnings: webhookUrl === undefined ? [] : [{ warning }] };
    },
    doGetBatchStatus: async ({ batchId }) => (await load()).status(batchId),
    doGetBatchResults: async ({ batchId }) => (await load()).results(batchId),
    async doCancelBatch({ batchId }) {
      await (await load()).cancel(batchId);
      return {};
    },
    doListBatches: async ({ limit = pageSize, cursor }) => (await load()).list(limit, cursor),
  };
}
