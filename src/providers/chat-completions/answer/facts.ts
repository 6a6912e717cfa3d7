import type { ProviderStreamPart } from '../../../types/provider.ts';
import type { JSONObject } from '../../../types/request/json.ts';
import type { SourcePart } from '../../../types/request/message.ts';
import { asNonEmpty, compact, type Wire } from '../../../util/json.ts';
import { foundBy, metadataOf } from './content.ts';

/** Collects the metadata in the chunks of a stream. */
export interface FactCollector {
  /** Adds a chunk's metadata of the answer to `parts`. */
  push(wire: Wire, parts: ProviderStreamPart[]): void;
  /** Keeps a chunk's metadata beyond our fields. */
  note(wire: Wire, choice: Wire | undefined): void;
  end(): { readonly metadata: JSONObject; readonly sources: readonly SourcePart[] };
}

export function factCollector(): FactCollector {
  let id: string | undefined;
  let model: string | undefined;
  let metadata: JSONObject = {};
  let sources: readonly SourcePart[] = [];

  const note = (wire: Wire, choice: Wire | undefined): void => {
    metadata = { ...metadata, ...metadataOf(wire, choice) };
  };

  return {
    push(wire, parts) {
      if (wire['search_results'] || wire['citations']) {
        const found = foundBy(wire);
        // The last list counts, unless it was removed.
        if (found.length > 0) sources = found;
      }
      if (id !== undefined && model !== undefined) return;
      // Not always in the first chunk (Azure).
      const news = compact({
        id: id === undefined ? asNonEmpty(wire['id']) : undefined,
        model: model === undefined ? asNonEmpty(wire['model']) : undefined,
      });
      if (news.id === undefined && news.model === undefined) return;
      id ??= news.id;
      model ??= news.model;
      parts.push({ type: 'response', ...news });
      note(wire, undefined);
    },
    note,
    end: () => ({ metadata, sources }),
  };
}
