import { ProviderError } from '../../../errors.ts';
import type { ResponseHeaders } from '../../../transport/headers.ts';
import type { ProviderStreamPart } from '../../../types/provider.ts';
import { asNonEmpty, asObject, asObjects, compact, type Wire } from '../../../util/json.ts';
import { finishReasonOf } from '../../shared/answer/finish-reason.ts';
import type { StreamReader } from '../../shared/stream/part-stream.ts';
import { failureInside } from '../failures.ts';
import { type UsageReading, usageCollector, usageIn } from '../usage.ts';
import { asksForSeveral } from './asked.ts';
import { deltaReader, onlyTextIn } from './delta.ts';
import { factCollector } from './facts.ts';
import { readFinishReason } from './finish-reason.ts';
import { answerWatch } from './one-answer.ts';

/** The context for reading the chunks of one stream. */
export interface ChunkReaderOptions {
  readonly provider: string;
  readonly headers: ResponseHeaders;
  /** The request that was sent. */
  readonly request: Wire;
  /** Whether the marker `[DONE]` is visible; SDKs hide it. @default true */
  readonly seesMark?: boolean;
  /** How the server counts tokens. @default like OpenAI */
  readonly reading?: UsageReading | undefined;
}

/** Reads the chunks of one stream of Chat Completions (https://platform.openai.com/docs/api-reference/chat/streaming). */
export function chunkReader(options: ChunkReaderOptions): StreamReader {
  const { provider, headers, request, seesMark = true } = options;
  const isOneOfSeveral = asksForSeveral(request);
  const content = deltaReader(provider);
  const facts = factCollector();
  const ids = answerWatch();
  let reason: string | undefined;
  /** Whether content followed the finish reason, which then does not prove that the answer is complete. */
  let wentOn = false;
  let isCounted = false;
  const counted = usageCollector(options.reading);

  const failure = (kind: 'malformed' | 'truncated', summary: string): ProviderError =>
    new ProviderError({ kind, provider, answered: true, summary });

  const pushChoices = (wire: Wire, choices: readonly Wire[], parts: ProviderStreamPart[]): void => {
    const before = parts.length;
    for (let at = 0; at < choices.length; at++) {
      const choice = choices[at];
      if (choice === undefined) continue;
      const index = typeof choice['index'] === 'number' ? choice['index'] : at;
      if (isOneOfSeveral && index !== 0) continue;
      content.push(choice, index, parts);
      if (parts.length > before && reason !== undefined) wentOn = true;
      const given = readFinishReason(choice);
      if (given === undefined) continue;
      reason = given;
      facts.note(wire, choice);
    }
    if (parts.length === before) return;
    const answer = asNonEmpty(wire['id']);
    if (answer !== undefined && ids.isAnother(answer))
      throw failure('malformed', 'the stream continues with another answer');
  };

  return {
    push(chunk) {
      const inside = failureInside(chunk, provider, headers);
      if (inside !== undefined) throw inside;
      const wire = asObject(chunk);
      if (wire === undefined) throw failure('malformed', 'an event is not a JSON object');
      const parts: ProviderStreamPart[] = [];
      facts.push(wire, parts);
      const choices = asObjects(wire['choices']);
      if (choices.length > 0) pushChoices(wire, choices, parts);
      const news = counted.take(wire);
      if (news !== undefined) parts.push(news);
      if (choices.length === 0 && usageIn(wire) !== undefined) {
        facts.note(wire, undefined);
        isCounted = reason !== undefined;
      }
      return parts;
    },
    textIn(chunk) {
      const wire = asObject(chunk) ?? {};
      const [choice, another] = asObjects(wire['choices']);
      if (choice === undefined || another !== undefined || reason !== undefined) return undefined;
      if (isOneOfSeveral && (choice['index'] ?? 0) !== 0) return undefined;
      const isNews =
        usageIn(wire) !== undefined || (asNonEmpty(wire['id']) !== undefined && !ids.isSettled());
      return isNews ? undefined : onlyTextIn(choice);
    },
    // A separate usage chunk is the last one before the marker.
    isOver: () => isCounted && !seesMark,
    end(marked) {
      if (!marked && (reason === undefined || (wentOn && seesMark)))
        throw failure('truncated', 'the stream ended without its end marker');
      if (ids.wasTwo()) throw failure('malformed', 'the stream was two answers');
      const { parts, metadata: more, ...end } = content.end();
      const finishReason = finishReasonOf({ provider, reason, ...end });
      const { metadata, sources } = facts.end();
      const providerMetadata = { [provider]: { ...metadata, ...more } };
      const bill = { usage: counted.usage(), ...compact({ cost: counted.cost() }) };
      return [...parts, ...sources, { type: 'finish', finishReason, ...bill, providerMetadata }];
    },
  };
}
