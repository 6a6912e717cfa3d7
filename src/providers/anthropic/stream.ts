import { ProviderError } from '../../errors.ts';
import { classifyFailure } from '../../transport/failure.ts';
import type { ProviderStreamPart } from '../../types/provider.ts';
import { asObject, asText, compact, type Wire } from '../../util/json.ts';
import type { StreamReader } from '../shared/stream/part-stream.ts';
import { parseToolInput } from '../shared/tool-input.ts';
import { mergeUsage } from '../shared/usage/merge.ts';
import { readServedAs } from '../shared/usage/service-tier.ts';
import { citedSources, toParts } from './content.ts';
import { anthropicFailures } from './failures.ts';
import { toFinishReason } from './finish-reason.ts';
import { metadataOf } from './response.ts';
import { readUsage } from './usage.ts';

const provider = 'anthropic';

interface OpenBlock {
  readonly start: Wire;
  readonly type: string;
  readonly id: string;
  json: string;
  readonly citations: unknown[];
}

/** A reader for one stream of message events (https://platform.claude.com/docs/en/build-with-claude/streaming). */
export function eventReader(headers: Readonly<Record<string, string>>): StreamReader {
  const blocks = new Map<unknown, OpenBlock>();
  let usage: Wire = {};
  let ending: Wire = {};
  let stopped = false;

  const startBlock = (index: unknown, start: Wire): readonly ProviderStreamPart[] => {
    const type = asText(start['type']) ?? '';
    const id = String(index);
    blocks.set(index, { start, type, id, json: '', citations: [] });
    switch (type) {
      case 'text':
      case 'thinking':
        return []; // empty at its start: deltas follow
      case 'redacted_thinking': {
        const redactedData = asText(start['data']) ?? '';
        return [{ type: 'reasoning-delta', text: '', id, providerOptions: { anthropic: { redactedData } } }];
      }
      case 'tool_use':
        return [
          {
            type: 'tool-call-start',
            toolCallId: asText(start['id']) ?? id,
            toolName: asText(start['name']) ?? '',
          },
        ];
      default:
        return [];
    }
  };

  const pushDelta = (block: OpenBlock, delta: Wire): readonly ProviderStreamPart[] => {
    const { id } = block;
    switch (delta['type']) {
      case 'text_delta':
        return [{ type: 'text-delta', text: asText(delta['text']) ?? '', id }];
      case 'thinking_delta':
        return [{ type: 'reasoning-delta', text: asText(delta['thinking']) ?? '', id }];
      case 'signature_delta': {
        const signature = asText(delta['signature']) ?? '';
        return [{ type: 'reasoning-delta', text: '', id, providerOptions: { anthropic: { signature } } }];
      }
      case 'input_json_delta': {
        const text = asText(delta['partial_json']) ?? '';
        block.json += text;
        if (text === '' || block.type !== 'tool_use') return [];
        return [{ type: 'tool-call-delta', toolCallId: asText(block.start['id']) ?? id, text }];
      }
      case 'citations_delta':
        block.citations.push(delta['citation']);
        return [];
      default:
        return [];
    }
  };

  /** What a block came to; text and thinking have been told by then. */
  const stopBlock = ({ start, type, id, json, citations }: OpenBlock): readonly ProviderStreamPart[] => {
    if (type === 'text') {
      if (citations.length === 0) return [];
      const [text] = toParts({ type: 'text', citations });
      const providerOptions = text?.providerOptions ?? {};
      return [{ type: 'text-delta', text: '', id, providerOptions }, ...citedSources(citations)];
    }
    if (type === 'thinking' || type === 'redacted_thinking') return [];
    const input = json === '' ? (start['input'] ?? {}) : parseToolInput(json);
    const whole = type.endsWith('tool_use') ? { ...start, id: asText(start['id']) ?? id, input } : start;
    return toParts(whole).flatMap((part) => (part.type === 'text' || part.type === 'reasoning' ? [] : part));
  };

  return {
    push(event) {
      const wire = asObject(event) ?? {};
      switch (wire['type']) {
        case 'message_start': {
          const message = asObject(wire['message']) ?? {};
          usage = mergeUsage(usage, asObject(message['usage']) ?? {});
          return [
            {
              type: 'response',
              ...compact({ id: asText(message['id']), model: asText(message['model']) }),
              ...readServedAs(usage),
              usage: readUsage(usage),
            },
          ];
        }
        case 'content_block_start':
          return startBlock(wire['index'], asObject(wire['content_block']) ?? {});
        case 'content_block_delta': {
          const block = blocks.get(wire['index']);
          return block === undefined ? [] : pushDelta(block, asObject(wire['delta']) ?? {});
        }
        case 'content_block_stop': {
          const block = blocks.get(wire['index']);
          blocks.delete(wire['index']);
          return block === undefined ? [] : stopBlock(block);
        }
        case 'message_delta':
          ending = { ...ending, ...asObject(wire['delta']) };
          usage = mergeUsage(usage, asObject(wire['usage']) ?? {});
          return [{ type: 'response', ...readServedAs(usage), usage: readUsage(usage, ending['container']) }];
        case 'message_stop':
          stopped = true;
          return [];
        case 'error':
          throw classifyFailure({ provider, headers, body: wire }, anthropicFailures);
        default:
          return [];
      }
    },
    end() {
      const stopReason = asText(ending['stop_reason']);
      if (!stopped || stopReason === undefined) {
        const summary = 'the stream ended without its end mark';
        throw new ProviderError({ kind: 'truncated', provider, answered: true, summary });
      }
      return [
        {
          type: 'finish',
          finishReason: toFinishReason(stopReason),
          usage: readUsage(usage, ending['container']),
          providerMetadata: { anthropic: metadataOf(ending, usage) },
        },
      ];
    },
  };
}
