import type {
  EmbedCall,
  EmbedResultSpec,
  GenerateResult,
  ImageCall,
  StreamResult,
} from '../../providers/ai-sdk/spec.ts';
import type { EmbedResultV3, GenerateResultV3, StreamResultV3 } from '../../providers/ai-sdk/v3.ts';
import type { Aliases } from '../shared/model-names.ts';
import type { RouterBatch } from './batch/spec.ts';
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
  /** Version 3, of AI SDK 6. */
  v3: {
    /** A complete answer. */
    generate: GenerateResultV3;
    /** A streamed answer. */
    stream: StreamResultV3;
    /** Embeddings. */
    embed: EmbedResultV3;
  };
  /** Version 4, of AI SDK 7. */
  v4: {
    /** A complete answer. */
    generate: GenerateResult;
    /** A streamed answer. */
    stream: StreamResult;
    /** Embeddings. */
    embed: EmbedResultSpec;
  };
}

/** A route or target as an AI SDK language model. */
export interface RouterLanguageModel<Version extends SpecificationVersion = SpecificationVersion> {
  /** The version of the specification that it implements. */
  readonly specificationVersion: Version;
  /** Always `signalbox`. */
  readonly provider: string;
  /** The name that the model was asked for by: a route, a target, a model or an alias. */
  readonly modelId: string;
  /** URLs that every target of the route can fetch; other files are sent as data. */
  readonly supportedUrls: Record<string, RegExp[]>;
  /** Returns a complete answer. The AI SDK calls it. */
  doGenerate(call: object): Promise<Answers[Version]['generate']>;
  /** Returns a streamed answer. The AI SDK calls it. */
  doStream(call: object): Promise<Answers[Version]['stream']>;
}

/** A route or target as an AI SDK embedding model. */
export interface RouterEmbeddingModel<Version extends SpecificationVersion = SpecificationVersion> {
  /** The version of the specification that it implements. */
  readonly specificationVersion: Version;
  /** Always `signalbox`. */
  readonly provider: string;
  /** The name that the model was asked for by: a route, a target, a model or an alias. */
  readonly modelId: string;
  /** Unlimited: the router splits batches by each target's limit. */
  readonly maxEmbeddingsPerCall: undefined;
  /** The router limits how many run at the same time. */
  readonly supportsParallelCalls: true;
  /** Returns embeddings. The AI SDK calls it. */
  doEmbed(call: EmbedCall): Promise<Answers[Version]['embed']>;
}

/** A route or target as an AI SDK image model. */
export interface RouterImageModel<Version extends SpecificationVersion = SpecificationVersion> {
  /** The version of the specification that it implements. */
  readonly specificationVersion: Version;
  /** Always `signalbox`. */
  readonly provider: string;
  /** The name that the model was asked for by: a route, a target, a model or an alias. */
  readonly modelId: string;
  /** Practically unlimited: the router splits by each target's limit. (If `undefined`, the AI SDK requests one image per call.) */
  readonly maxImagesPerCall: number;
  /** Returns images. The AI SDK calls it. */
  doGenerate(call: ImageCall): Promise<MadeImages>;
}

/** A router as an AI SDK provider. */
export interface RouterProvider<
  Id extends string = string,
  Version extends SpecificationVersion = SpecificationVersion,
> {
  /** The language model of a route or target; without an id, of the router's default route. */
  (modelId?: Id | 'default'): RouterLanguageModel<Version>;
  /** The version of the specification that it implements. */
  readonly specificationVersion: Version;
  /** A route, target, model or alias as a language model. */
  languageModel(modelId: Id | 'default'): RouterLanguageModel<Version>;
  /** A route, target, model or alias as an embedding model. */
  embeddingModel(modelId: Id | 'default'): RouterEmbeddingModel<Version>;
  /** A route, target, model or alias as an image model. */
  imageModel(modelId: Id | 'default'): RouterImageModel<Version>;
  /**
   * Batches of AI SDK 7: `startBatch`, `getBatchStatus`, `getBatchResults`, `cancelBatch`, `listBatches`. They run through
   * `router.batch` in this process, and are kept in the router's store. `providerOptions.signalbox` of a batch holds its `deadline`
   * (default: in a day) and other call options.
   */
  experimental_batch(): RouterBatch<Id | 'default'>;
}
