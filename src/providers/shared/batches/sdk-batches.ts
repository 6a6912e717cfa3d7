import { noHeaders } from '../../../transport/headers.ts';
import type { ProviderBatches } from '../../../types/provider.ts';
import type { Wire } from '../../../util/json.ts';
import { mark } from '../account-marks.ts';
import { unfencedContent } from '../answer/unfence.ts';
import { recalled } from '../exchange-runner.ts';
import type { SdkMapping } from '../sdk-provider.ts';
import { type BatchSource, type VendorBatches, vendorBatches } from './vendor-batches.ts';

/** Batches of a provider over an SDK. */
export function sdkBatches<Name extends string, Client, Body extends Wire, BatchClient>(
  mapping: SdkMapping<Name, Client, Body>,
  batchClient: (client: Client) => BatchClient,
  vendor: VendorBatches<BatchClient>,
  image?: BatchSource<BatchClient>['image'],
): ProviderBatches {
  const { name, account, embed, failures, own, secrets } = mapping;
  const source: BatchSource<BatchClient> = {
    name,
    failures,
    own,
    secrets,
    client: async () => batchClient(await (mapping.readingClient ?? mapping.client)()),
    chat(call) {
      const { body, warnings } = mapping.toRequest(recalled(call, { name, account }), false);
      return {
        body: JSON.stringify(body),
        warnings,
        read(answer) {
          const result = mapping.toResult(answer, noHeaders, warnings, body);
          const content = unfencedContent(result.content, call).map((part) => mark(part, name, account));
          return { ...result, content };
        },
      };
    },
    ...(embed && {
      embed: (call) => ({
        body: JSON.stringify(embed.toRequest(call)),
        warnings: [],
        read: (answer) => embed.toResult(answer, noHeaders),
      }),
    }),
    ...(image && { image }),
  };
  return vendorBatches(source, vendor);
}
