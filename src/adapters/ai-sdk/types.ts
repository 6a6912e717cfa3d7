import type {
  EmbedCall,
  EmbedResultSpec,
  GenerateResult,
  ImageCall,
  StreamResult,
} from '../../providers/ai-sdk/spec.ts';
import type { EmbedResultV3, GenerateResultV3, StreamResultV3 } from '../../providers/ai-sdk/v3.ts';
import type { MadeImages } from './image.ts';

/** A version of the AI SDK's provider specification: `v4` for AI SDK 7, `v3` for 6 and 7. */
export type SpecificationVersion = 'v3' | 'v4';

/** The options of `toProvider`. */
export interface ToProviderOptions<Version extends SpecificationVersion = SpecificationVersion> {
  /** Default: `v4`, which AI SDK 7 wants. AI SDK 6 wants `v3`. */
  readonly specificationVersion?: Version;
}

/** What models give, by version. */
export interface Answers {
  v3: { generate: GenerateResultV3; stream: StreamResultV3; embed: EmbedResultV3 };
  v4: { generate: GenerateResult; stream: StreamResult; embed: EmbedResultSpec };
}

/** A route, or one target, as a language model of the AI SDK. */
export interface RouterLanguageModel<Version extends SpecificationVersion = SpecificationVersion> {
  readonly specificationVersion: Version;
  readonly provider: string;
  readonly modelId: string;
  /** What every target of the route fetches by itself; other files are sent as data. */
  readonly supportedUrls: Record<string, RegExp[]>;
  doGenerate(call: object): Promise<Answers[Version]['generate']>;
  doStream(call: object): Promise<Answers[Version]['stream']>;
}

/** A route, or one target, as an embedding model of the AI SDK. */
export interface RouterEmbeddingModel<Version extends SpecificationVersion = SpecificationVersion> {
  readonly specificationVersion: Version;
  readonly provider: string;
  readonly modelId: string;
  /** No limit: the router splits by what its targets take. */
  readonly maxEmbeddingsPerCall: undefined;
  readonly supportsParallelCalls: true;
  doEmbed(call: EmbedCall): Promise<Answers[Version]['embed']>;
}

/** A route, or one target, as an image model of the AI SDK. */
export interface RouterImageModel<Version extends SpecificationVersion = SpecificationVersion> {
  readonly specificationVersion: Version;
  readonly provider: string;
  readonly modelId: string;
  /** As good as no limit: the router splits by what its targets make. (With none told, the AI SDK would ask for one at a time.) */
  readonly maxImagesPerCall: number;
  doGenerate(call: ImageCall): Promise<MadeImages>;
}

/** A router as a provider of the AI SDK. */
export interface RouterProvider<
  Id extends string = string,
  Version extends SpecificationVersion = SpecificationVersion,
> {
  /** The language model of a route or a target; without an id, of the router's default route. */
  (modelId?: Id | 'default'): RouterLanguageModel<Version>;
  readonly specificationVersion: Version;
  languageModel(modelId: Id | 'default'): RouterLanguageModel<Version>;
  embeddingModel(modelId: Id | 'default'): RouterEmbeddingModel<Version>;
  imageModel(modelId: Id | 'default'): RouterImageModel<Version>;
}
