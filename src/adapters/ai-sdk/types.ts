import type {
  EmbedCall,
  EmbedResultSpec,
  GenerateResult,
  ImageCall,
  StreamResult,
} from '../../providers/ai-sdk/spec.ts';
import type { EmbedResultV3, GenerateResultV3, StreamResultV3 } from '../../providers/ai-sdk/v3.ts';
import type { Aliases } from '../shared/model-names.ts';
import type { MadeImages } from './image.ts';

/** The version of the AI SDK's provider specification: `v4` for AI SDK 7, `v3` for 6 and 7. */
export type SpecificationVersion = 'v3' | 'v4';

/** The options of `toProvider`. */
export interface ToProviderOptions<
  Version extends SpecificationVersion = SpecificationVersion,
  Names extends Aliases = Aliases,
> {
  /** AI SDK 7 expects `v4`, AI SDK 6 expects `v3`. @default 'v4' */
  readonly specificationVersion?: Version;
  /**
   * Names for models beside routes, target ids and the vendors' own names of models.
   *
   * @example
   * aliases: { 'gpt-4o': 'default' } // generateText({ model: ai('gpt-4o'), … })
   */
  readonly aliases?: Names;
}

/** The vendor's name of a target's model, where the target's id shows it. */
export type ModelOf<Id extends string> = Id extends `${string}/${infer Model}` ? Model : never;

/** The model types, by version. */
export interface Answers {
  v3: { generate: GenerateResultV3; stream: StreamResultV3; embed: EmbedResultV3 };
  v4: { generate: GenerateResult; stream: StreamResult; embed: EmbedResultSpec };
}

/** A route or target as an AI SDK language model. */
export interface RouterLanguageModel<Version extends SpecificationVersion = SpecificationVersion> {
  readonly specificationVersion: Version;
  readonly provider: string;
  readonly modelId: string;
  /** URLs that every target of the route can fetch; other files are sent as data. */
  readonly supportedUrls: Record<string, RegExp[]>;
  doGenerate(call: object): Promise<Answers[Version]['generate']>;
  doStream(call: object): Promise<Answers[Version]['stream']>;
}

/** A route or target as an AI SDK embedding model. */
export interface RouterEmbeddingModel<Version extends SpecificationVersion = SpecificationVersion> {
  readonly specificationVersion: Version;
  readonly provider: string;
  readonly modelId: string;
  /** Unlimited: the router splits batches by each target's limit. */
  readonly maxEmbeddingsPerCall: undefined;
  readonly supportsParallelCalls: true;
  doEmbed(call: EmbedCall): Promise<Answers[Version]['embed']>;
}

/** A route or target as an AI SDK image model. */
export interface RouterImageModel<Version extends SpecificationVersion = SpecificationVersion> {
  readonly specificationVersion: Version;
  readonly provider: string;
  readonly modelId: string;
  /** Practically unlimited: the router splits by each target's limit. (If `undefined`, the AI SDK requests one image per call.) */
  readonly maxImagesPerCall: number;
  doGenerate(call: ImageCall): Promise<MadeImages>;
}

/** A router as an AI SDK provider. */
export interface RouterProvider<
  Id extends string = string,
  Version extends SpecificationVersion = SpecificationVersion,
> {
  /** The language model of a route or target; without an id, of the router's default route. */
  (modelId?: Id | 'default'): RouterLanguageModel<Version>;
  readonly specificationVersion: Version;
  languageModel(modelId: Id | 'default'): RouterLanguageModel<Version>;
  embeddingModel(modelId: Id | 'default'): RouterEmbeddingModel<Version>;
  imageModel(modelId: Id | 'default'): RouterImageModel<Version>;
}
