import { OutputError, ProviderError } from '../../errors.ts';
import { estimateTokens } from '../../pricing/estimate.ts';
import type { FallbackKind } from '../../types/error.ts';
import type { Accept } from '../../types/options/options.ts';
import type { ResolvedChatRequest } from '../../types/provider.ts';
import type { ContentPart, ProviderOptions, ToolCallPart } from '../../types/request/message.ts';
import type { Schema } from '../../types/request/schema.ts';
import type { ChatResult, FinishReason, ResponseInfo, Warning } from '../../types/result/result.ts';
import type { Usage } from '../../types/result/usage.ts';
import type { Attempt } from '../attempt/attempt.ts';
import { textOf } from '../calls/stream/accumulate.ts';
import type { AttemptSlot } from '../failover/race.ts';
import type { RequestState } from '../request.ts';
import { readOutput } from './output.ts';

/** A complete answer from a provider, streamed or not. */
export interface Answer {
  readonly content: readonly ContentPart[];
  readonly finishReason: FinishReason;
  readonly usage: Usage;
  /** US$ that the vendor says it charges. */
  readonly cost?: number;
  readonly response: ResponseInfo;
  readonly warnings: readonly Warning[];
  readonly providerMetadata: ProviderOptions;
  readonly raw: unknown;
  readonly origin?: unknown;
}

/** What a chat asks for. */
export interface ChatInput {
  readonly request: ResolvedChatRequest;
  /** As the caller gave it, to check the answer by. */
  readonly schema: Schema | undefined;
}

/** What an answer is checked by: the caller's schema, or one that only says what is asked for, if the route can go on. */
function schemaOf({ route }: RequestState, { schema, request }: ChatInput): Schema | undefined {
  if (schema !== undefined || !route.policies.fallbackOn.includes('output')) return schema;
  return request.responseFormat?.schema;
}

/**
 * Books a complete answer and makes the caller's result of it. Throws `OutputError` where it misses the schema, and what the
 * lane was stopped with where another target's answer came just before.
 */
export async function finalize(
  run: RequestState,
  attempt: Attempt,
  lane: Pick<AttemptSlot, 'win' | 'signal'>,
  asked: ChatInput,
  answer: Answer,
): Promise<ChatResult> {
  const { content, finishReason, usage } = answer;
  const text = textOf(content);
  const output = await readOutput(text, finishReason, schemaOf(run, asked));
  const estimate = (): Usage => ({
    inputTokens: run.job.inputTokens.get(),
    outputTokens: estimateTokens(text),
  });
  const refuse = (by: OutputError['by'], issues: readonly string[]): OutputError => {
    attempt.succeed(answer, estimate, 'output');
    return new OutputError(by, issues, run.attempts);
  };
  if ('issues' in output) throw refuse('schema', output.issues);
  const target = attempt.target.id;
  const result: ChatResult = {
    ...answer,
    text,
    reasoning: reasoningOf(content),
    toolCalls: content.filter(
      (part): part is ToolCallPart => part.type === 'tool-call' && part.providerExecuted !== true,
    ),
    object: output.object,
    cost: attempt.price(answer, estimate),
    target,
    attempts: run.attempts,
    decision: run.decision,
  };
  const verdict =
    run.accept === undefined
      ? true
      : await judge(run.accept, result, () => attempt.succeed(answer, estimate, 'output'));
  if (verdict !== true) throw refuse('accept', [verdict === false ? 'no reason given' : verdict]);
  if (!lane.win()) {
    attempt.abandon({ usage, text }, true);
    throw lane.signal.reason;
  }
  const cost = attempt.succeed(answer, estimate);
  const { channel } = attempt;
  // What nobody gets, nobody can go on from.
  const known = channel.provider.boundBy !== undefined && !run.mirror;
  if (known && answer.response.id !== undefined) {
    run.env.affinity.remember(answer.response.id, channel);
  }
  run.settle({ outcome: 'success', target, finishReason, usage, cost });
  return result;
}

/** What the caller's own judgement is. If it throws, the answer has still been paid for. */
async function judge(accept: Accept, result: ChatResult, book: () => void): Promise<boolean | string> {
  try {
    return await accept(result);
  } catch (error) {
    book();
    throw error;
  }
}

/** An answer that its vendor withheld is a failure where the route wants to go on after one. */
export function contentFilterFailure(
  finishReason: FinishReason,
  attempt: Attempt,
  fallbackOn: readonly FallbackKind[],
): ProviderError | undefined {
  if (finishReason !== 'content-filter' || !fallbackOn.includes('content-filter')) return undefined;
  const summary = 'the vendor withheld the answer';
  return new ProviderError({
    kind: 'content-filter',
    provider: attempt.target.provider.name,
    answered: true,
    summary,
  });
}

function reasoningOf(content: readonly ContentPart[]): string | undefined {
  const parts = content.filter((part) => part.type === 'reasoning');
  return parts.length === 0 ? undefined : parts.map((part) => part.text).join('');
}
