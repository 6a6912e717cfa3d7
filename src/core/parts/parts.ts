import { type Part, part } from '../../util/lazy.ts';
import { fullCheckPart } from '../operations/check/full-check-part.ts';
import { extensionsPart } from './extensions-part.ts';
import { restParts } from './rest.ts';

// What a first plain chat does not need. Each is a separate file in a bundle.

export const streamPart = part(
  'streams',
  async () => (await import('../operations/stream.ts')).streamOperation,
);
export const embedPart = part(
  'embeddings',
  async () => (await import('../operations/embed.ts')).embedOperation,
);
export const imagePart = part('images', async () => (await import('../operations/image.ts')).imageOperation);

export const allParts: readonly Part<unknown>[] = [
  ...restParts,
  extensionsPart,
  fullCheckPart,
  streamPart,
  embedPart,
  imagePart,
];

/** Loads all of them, so that later imports settle within the turn that asks for them. */
export async function loadAllParts(): Promise<void> {
  await Promise.all(allParts.map(({ importIt }) => importIt()));
}
