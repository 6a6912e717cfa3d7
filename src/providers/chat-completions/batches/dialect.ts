import type { BatchKind } from '../../../types/batch/batch.ts';
import type { ProviderBatches } from '../../../types/provider.ts';

/**
 * How a vendor differs from OpenAI's Batch API, which many implement: a file of requests, a batch over it, a file of answers and
 * one of errors (https://developers.openai.com/api/docs/guides/batch).
 */
export interface FileDialect {
  readonly limits: ProviderBatches['limits'];
  /** The endpoint of each kind of request. */
  readonly endpoints: { readonly chat: string } & { readonly [Kind in Exclude<BatchKind, 'chat'>]?: string };
  /** The `purpose` of a file of requests. @default 'batch' */
  readonly purpose?: string;
  /** Where files are sent to. @default '/files' */
  readonly uploads?: string;
  /** Further fields of an upload. @default none */
  readonly uploadFields?: (fileName: string) => Readonly<Record<string, string>>;
  /** Lines without the method and the endpoint. @default false */
  readonly shortLines?: boolean;
  /**
   * Where the vendor stores our id of a batch: in its metadata, or as the name of its file.
   * @default 'metadata'
   */
  readonly ownId?: 'metadata' | 'file-name';
  /** Whether files can be made to expire, in case we cannot delete them. @default false */
  readonly expiry?: boolean;
  /** Whether the list of batches has pages, by `after`. @default false */
  readonly pages?: boolean;
  /** Whether a file has to be processed before a batch can use it. @default false */
  readonly processesFiles?: boolean;
}
