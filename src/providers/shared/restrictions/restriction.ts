import type { ResolvedChatRequest } from '../../../types/provider.ts';
import type { ReasoningEffort } from '../../../types/request/request.ts';

/** The parts of a request that a restriction changes. */
export type ChangedRequest = {
  readonly [Part in keyof ResolvedChatRequest]?: ResolvedChatRequest[Part] | undefined;
};

/** A setting of a request that a vendor may refuse. */
export type RestrictedSetting =
  | 'temperature'
  | 'topP'
  | 'topK'
  | 'seed'
  | 'stopSequences'
  | 'presencePenalty'
  | 'frequencyPenalty'
  | 'reasoning'
  | 'toolChoice';

/** The change made before sending, so that the vendor does not refuse the request. Each loss is a warning of the answer. */
export type RestrictionEffect =
  /** Leaves settings out, and vendor options of these names. */
  | {
      /** The settings to leave out. */
      readonly leaveOut: readonly RestrictedSetting[];
      /** Vendor options to leave out, by their names. */
      readonly options?: readonly string[];
    }
  /** The efforts the model accepts, from the least. Others become the highest accepted one that is not above. */
  | {
      /** The efforts, from the least. */
      readonly efforts: readonly ReasoningEffort[];
    }
  /** Keeps only the first stop sequences. */
  | {
      /** How many stop sequences stay. */
      readonly mostStopSequences: number;
    }
  /** Asks for JSON with an instruction instead of the vendor's own mode. */
  | {
      /** How JSON is asked for. */
      readonly jsonBy: 'instruction';
    }
  /**
   * Changes the request; fields that become `undefined` are omitted. The warning names `feature`, which is omitted if nothing is
   * lost.
   */
  | {
      /** What the warning names. Omitted if nothing is lost. */
      readonly feature?: string;
      /** Returns the fields to change; `undefined` leaves one out. */
      readonly change: (request: ResolvedChatRequest) => ChangedRequest;
    }
  /** Leaves the target out: an answer without this would be a different one. */
  | {
      /** What the target lacks, in words. */
      readonly incapable: string;
    };

/**
 * A combination that a vendor refuses. Restrictions are data, one list per vendor, and apply in the order of
 * the list. Models that no restriction names are sent the request unchanged.
 *
 * @example
 * const restriction: Restriction = {
 *   page: 'https://example.com/docs/reasoning',
 *   models: /^reasoner-/,
 *   details: 'not supported by this model',
 *   effect: { leaveOut: ['temperature', 'topP'] },
 * };
 */
export interface Restriction {
  /** The vendor's page that states it. */
  readonly page: string;
  /**
   * The models it applies to.
   * @default all models
   */
  readonly models?: RegExp | ((model: string) => boolean);
  /**
   * The requests it applies to, as earlier restrictions of the list left them.
   * @default all requests
   */
  readonly when?: (request: ResolvedChatRequest) => boolean;
  /** Why, for the warning. */
  readonly details?: string;
  /** The change to such a request. */
  readonly effect: RestrictionEffect;
}
