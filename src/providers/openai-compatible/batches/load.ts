import { noHeaders } from '../../../transport/headers.ts';
import type { PreparedCall } from '../../../types/batch/batch.ts';
import type { ProviderBatches } from '../../../types/provider.ts';
import type { FileDialect } from '../../chat-completions/batches/dialect.ts';
import { chatCompletionsFailures } from '../../chat-completions/failures.ts';
import type { ImageWords } from '../../chat-completions/images.ts';
import { type BatchSource, type VendorBatches, vendorBatches } from '../../shared/batches/vendor-batches.ts';
import { type Prepare, prepareChat, prepareEmbed, prepareImage, type Server } from '../server.ts';
import type { BatchHTTP } from './http.ts';

/** How a server accepts batches: like OpenAI, with differences, or in its own way. */
export type BatchWay = FileDialect | 'mistral' | 'xai' | 'fireworks' | 'openrouter';

/** The batches of a server, and what can be in them. */
export async function serverBatches(
  server: Server,
  way: BatchWay,
  http: BatchHTTP,
  images: ImageWords | undefined,
): Promise<ProviderBatches> {
  const source: BatchSource<BatchHTTP> = {
    name: server.name,
    failures: chatCompletionsFailures,
    own: true,
    client: () => Promise.resolve(http),
    chat: (call) => prepared(prepareChat(server, call)),
    embed: (call) => prepared(prepareEmbed(server, call)),
    ...(images && { image: (call) => prepared(prepareImage(server, call, images)) }),
  };
  return vendorBatches(source, await load(server.name, way));
}

async function load(name: string, way: BatchWay): Promise<VendorBatches<BatchHTTP>> {
  if (way === 'mistral') return (await import('./mistral.ts')).mistralBatches;
  if (way === 'xai') return (await import('./xai.ts')).xaiBatches;
  if (way === 'fireworks') return (await import('./fireworks.ts')).fireworksBatches();
  if (way === 'openrouter') return (await import('./openrouter.ts')).openrouterBatches;
  return (await import('./files.ts')).overFiles(name, way);
}

/** A call as a line of a batch, which has no headers. */
function prepared<Result>(prepare: Prepare<Result>): PreparedCall<Result> {
  const { body, headers, warnings, read } = prepare({ headers: noHeaders });
  warnings.push(...Object.keys(headers).map((feature) => ({ type: 'unsupported', feature }) as const));
  return { body: JSON.stringify(body), warnings, read };
}
