import { Embeddings, type EmbeddingsInterface } from '@langchain/core/embeddings';
import type { CallOptions } from '../../types/options/call-options.ts';
import type { EmbedRequest } from '../../types/request/embed.ts';
import type { Router } from '../../types/router.ts';
import { checkObject } from '../../util/option-check.ts';

/** The options of `toEmbeddings`. */
export interface RouterEmbeddingsOptions<TargetId extends string = string, RouteName extends string = string>
  extends Pick<
      CallOptions<TargetId, RouteName>,
      | 'route'
      | 'only'
      | 'timeout'
      | 'maxCost'
      | 'session'
      | 'tenant'
      | 'user'
      | 'tags'
      | 'deadline'
      | 'priority'
      | 'metadata'
    >,
    Pick<EmbedRequest, 'dimensions' | 'providerOptions'> {}

const known = [
  'route',
  'only',
  'timeout',
  'maxCost',
  'session',
  'tenant',
  'user',
  'tags',
  'deadline',
  'priority',
  'metadata',
  'dimensions',
  'providerOptions',
];

class RouterEmbeddings extends Embeddings {
  readonly #router: Router;
  readonly #options: RouterEmbeddingsOptions;

  constructor(router: Router, options: RouterEmbeddingsOptions) {
    super({ maxRetries: 0 });
    this.#router = router;
    this.#options = options;
  }

  async embedDocuments(documents: string[]): Promise<number[][]> {
    if (documents.length === 0) return [];
    const { dimensions, providerOptions, ...call } = this.#options;
    const { embeddings } = await this.#router.embed(
      {
        values: documents,
        ...(dimensions === undefined ? {} : { dimensions }),
        ...(providerOptions === undefined ? {} : { providerOptions }),
      },
      call,
    );
    return embeddings.map((vector) => [...vector]);
  }

  async embedQuery(document: string): Promise<number[]> {
    const [vector = []] = await this.embedDocuments([document]);
    return vector;
  }
}

/**
 * Wraps a router as LangChain embeddings, for vector stores and retrievers. Vectors of different models are not comparable: use a
 * route whose targets all have the same model.
 *
 * @param options route, limits and settings for all calls
 * @throws ConfigError naming an unknown option
 * @example
 * const store = new MemoryVectorStore(toEmbeddings(router, { route: 'search', dimensions: 256 }));
 */
export function toEmbeddings<TargetId extends string, RouteName extends string>(
  router: Router<TargetId, RouteName>,
  options: RouterEmbeddingsOptions<NoInfer<TargetId>, NoInfer<RouteName>> = {},
): EmbeddingsInterface {
  checkObject('toEmbeddings', options, known);
  return new RouterEmbeddings(router as Router, options);
}
