import type { ContentPart } from '../../../types/request/message.ts';
import type { AttemptSummary, ResponseInfo } from '../../../types/result/result.ts';
import type { Usage } from '../../../types/result/usage.ts';

/** What the vendor reports about the cost of an answer: tokens, in some cases US$, and how it was served. */
export interface Billed {
  readonly usage: Usage;
  /** What the model wrote, where that is known. */
  readonly content?: readonly ContentPart[];
  readonly cost?: number;
  readonly response: ResponseInfo;
}

/** What is known of an attempt that did not complete. */
export interface AttemptMeasures {
  readonly usage?: Usage | undefined;
  /** All text the model wrote, including reasoning. */
  readonly text?: string;
  readonly response?: ResponseInfo;
}

/** The response fields of an attempt's summary. */
export function responseOf({
  id,
  model,
  serviceTier,
  region,
}: Partial<ResponseInfo> = {}): Pick<AttemptSummary, 'response' | 'serviceTier' | 'region'> {
  return {
    ...(id === undefined && model === undefined
      ? {}
      : { response: { ...(id !== undefined && { id }), ...(model !== undefined && { model }) } }),
    ...(serviceTier === undefined ? {} : { serviceTier }),
    ...(region === undefined ? {} : { region }),
  };
}
