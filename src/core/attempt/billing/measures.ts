import { countingPart } from '../../../pricing/counting-part.ts';
import { roughTokens } from '../../../stats/size-class.ts';
import type { AttemptSummary, ResponseInfo } from '../../../types/result/result.ts';
import type { Usage } from '../../../types/result/usage.ts';
import type { RequestState } from '../../request.ts';

/** What the vendor reports about the cost of an answer: tokens, in some cases US$, and how it was served. */
export interface Billed {
  readonly usage: Usage;
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

/** The estimated tokens of a text that a model wrote. */
export function tokensIn(text: string, { env }: RequestState): number {
  return env.parts.get(countingPart)?.estimateTokens(text) ?? roughTokens(text.length);
}
