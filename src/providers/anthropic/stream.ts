import { classifyFailure } from '../../transport/failure/failure.ts';
import { isFailure } from '../../transport/failure/read-failure.ts';
import type { ResponseHeaders } from '../../transport/headers.ts';
import type { ProviderResponsePart, ProviderStreamPart } from '../../types/provider.ts';
import { asNonEmpty, asObject, asObjects, asText, compact, type Wire } from '../../util/json.ts';
import { malformed, truncated } from '../shared/answer/broken.ts';
import { finishReasonOf, givenReason } from '../shared/answer/finish-reason.ts';
import type { StreamReader } from '../shared/stream/part-stream.ts';
import { mergeUsage } from '../shared/usage/merge.ts';
import { readServedAs } from '../shared/usage/service-tier.ts';
import { blockReader } from './blocks.ts';
import { anthropicFailures } from './failures.ts';
import { metadataOf } from './response.ts';
import { readUsage } from './usage.ts';

const provider = 'anthropic';
/**
 * Fields of the vendor's events. An event with any of them but no type is an unreadable part of the answer.
 */
const fields = ['message', 'index', 'content_block', 'delta'];

/**
 * Creates a reader for one stream of message events
 * (https://platform.claude.com/docs/en/build-with-claude/streaming). Either a stop reason or the terminal
 * event proves that a message is complete, because some gateways omit one of the two.
 */
export function eventReader(headers: ResponseHeaders): StreamReader {
  const blocks = blockReader();
  let usage: Wire = {};
  let ending: Wire = {};
  let started: { readonly id: unknown } | undefined;
  let stopped = false;

  /** Reports the usage so far, in case the stream breaks. */
  const count = (more: unknown): ProviderResponsePart => {
    usage = mergeUsage(usage, asObject(more) ?? {});
    return { type: 'response', ...readServedAs(usage), usage: readUsage(usage, ending['container']) };
  };
  const start = (message: Wire): readonly ProviderStreamPart[] => {
    const { id, model, stop_reason } = message;
    // Some gateways repeat `message_start`. One that follows content belongs to another message, sent after a
    // lost connection (https://github.com/vercel/ai/pull/18332).
    if (started !== undefined && (blocks.any() || id === undefined || id !== started.id))
      throw malformed(provider, 'a second message began before the first one ended');
    started = { id };
    ending = { ...ending, stop_reason };
    return [
      { ...count(message['usage']), ...compact({ id: asText(id), model: asText(model) }) },
      // Empty at Anthropic, but other servers may send the whole answer here.
      ...asObjects(message['content']).flatMap((block, index) => [
        ...blocks.start(index, block),
        ...blocks.stop(index),
      ]),
    ];
  };

  return {
    push(event) {
      if (stopped) return []; // anything after the terminal event is not part of the answer
      const wire = asObject(event);
      if (wire === undefined) throw malformed(provider, 'an event is not a JSON object');
      switch (wire['type']) {
        case 'message_start':
          return start(asObject(wire['message']) ?? {});
        case 'content_block_start':
          return blocks.start(wire['index'], asObject(wire['content_block']) ?? {});
        case 'content_block_delta':
          return blocks.push(wire['index'], asObject(wire['delta']) ?? {});
        case 'content_block_stop':
          return blocks.stop(wire['index']);
        case 'message_delta':
          ending = { ...ending, ...present(asObject(wire['delta']) ?? {}) };
          return [count(wire['usage'])];
        case 'message_stop':
          stopped = true;
          return [];
        default:
          // An error, possibly in another vendor's format, as from a gateway.
          if (isFailure(wire))
            throw classifyFailure({ provider, headers: headers.record(), body: wire }, anthropicFailures);
          if (!asNonEmpty(wire['type']) && fields.some((field) => field in wire))
            throw malformed(provider, 'an event has no type');
          return [];
      }
    },
    isOver: () => stopped,
    end() {
      const reason = givenReason(ending['stop_reason']);
      if (!stopped && reason === undefined) throw truncated(provider);
      const rest = blocks.end();
      return [
        ...rest,
        {
          type: 'finish',
          finishReason: finishReasonOf({ provider, reason, ...blocks.evidence() }),
          usage: readUsage(usage, ending['container']),
          providerMetadata: { anthropic: metadataOf(ending, usage) },
        },
      ];
    },
  };
}

/** The non-empty fields: a later event may repeat a field without a value. */
function present(fields: Wire): Wire {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => (value ?? '') !== ''));
}
