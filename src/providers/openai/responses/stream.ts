import { isFailure } from '../../../transport/failure/read-failure.ts';
import type { ResponseHeaders } from '../../../transport/headers.ts';
import type { ProviderStreamPart } from '../../../types/provider.ts';
import { asNonEmpty, asObject, asObjects, compact, type Wire } from '../../../util/json.ts';
import { chargeIn, serviceTierIn } from '../../chat-completions/usage.ts';
import { malformed, truncated } from '../../shared/answer/broken.ts';
import type { StreamReader } from '../../shared/stream/part-stream.ts';
import { itemList } from './item-list.ts';
import { readPiece } from './pieces.ts';
import { endOf, failureIn, metadataOf } from './response.ts';
import { readUsage } from './usage.ts';

type Parts = readonly ProviderStreamPart[];

const provider = 'openai';
/** Fields of the vendor's events. An event that has any of them but no type is an unreadable piece of the answer. */
const fields = ['response', 'item', 'part', 'delta', 'text', 'refusal', 'arguments', 'input', 'annotation'];

/** Creates a reader for one stream of response events (https://platform.openai.com/docs/api-reference/responses-streaming). */
export function eventReader(headers: ResponseHeaders): StreamReader {
  const list = itemList();
  let created: { readonly id: unknown } | undefined;
  let known: { readonly id?: string; readonly model?: string } = {};
  let ending: Wire | undefined;

  /** Response metadata that an event is the first to report. */
  const describe = ({ id, model }: Wire): Parts => {
    const reported = { ...compact({ id: asNonEmpty(id), model: asNonEmpty(model) }), ...known };
    if (reported.id === known.id && reported.model === known.model) return [];
    known = reported;
    return [{ type: 'response', ...reported }];
  };

  return {
    push(event) {
      if (ending !== undefined) return []; // events after the end are not part of the answer
      const wire = asObject(event);
      if (wire === undefined) throw malformed(provider, 'an event is not a JSON object');
      const parts = readPiece(list, wire);
      if (parts !== undefined) return parts;
      const response = asObject(wire['response']) ?? {};
      switch (wire['type']) {
        case 'response.created':
          // Gateways may repeat the start of a response; after its items, it is a different response.
          if (
            created !== undefined &&
            (list.items.length > 0 || response['id'] === undefined || response['id'] !== created.id)
          )
            throw malformed(provider, 'a second response began before the first one ended');
          created = { id: response['id'] };
          return describe(response);
        case 'response.queued':
        case 'response.in_progress':
          return describe(response);
        case 'response.output_item.added':
          return list.begin(wire);
        case 'response.output_item.done':
          return list.end(wire);
        case 'response.completed':
        case 'response.incomplete':
        case 'response.done': {
          const status = wire['type'] === 'response.incomplete' ? 'incomplete' : 'completed';
          ending = { ...response, status: asNonEmpty(response['status']) ?? status };
          return [...describe(response), ...served(response)];
        }
        case 'response.failed':
          throw failureIn(response, headers);
        default:
          // An error, possibly in another vendor's format behind a gateway.
          if (isFailure(wire)) throw failureIn({ error: asObject(wire['error']) ?? wire }, headers);
          if (!asNonEmpty(wire['type']) && fields.some((field) => field in wire))
            throw malformed(provider, 'an event has no type');
          return [];
      }
    },
    isOver: () => ending !== undefined,
    end() {
      if (ending === undefined) throw truncated(provider);
      const output = asObjects(ending['output']);
      const rest = list.close(output);
      const { items } = list;
      const refusal = items.flatMap(({ refusals }) => [...refusals.values()]).join('');
      const finishReason = endOf(ending, headers, {
        callsTools: items.some(({ kind }) => kind === 'call'),
        hasContent: items.some(
          ({ kind, texts }) => kind !== 'reasoning' && (kind !== 'message' || texts.size > 0),
        ),
      });
      const whole = output.length > 0 ? ending : { ...ending, output: items.map((item) => item.wire) };
      return [
        ...rest,
        {
          type: 'finish',
          finishReason: refusal === '' ? finishReason : 'content-filter',
          usage: readUsage(whole),
          ...compact({ cost: chargeIn(ending['usage']) }),
          providerMetadata: {
            openai: metadataOf(
              ending,
              refusal,
              items.flatMap(({ logprobs }) => logprobs),
            ),
          },
        },
      ];
    },
  };
}

/** The service tier, which only the end reports; earlier events repeat the request's value. */
function served(response: Wire): Parts {
  const serviceTier = serviceTierIn(response, asObject(response['usage']));
  return serviceTier === undefined ? [] : [{ type: 'response', serviceTier }];
}
