import { generateText, type LanguageModel, streamText } from 'ai';

// The tests read warnings in answers.
globalThis.AI_SDK_LOG_WARNINGS = false;

/** A call without its model. */
export type Asked = Omit<Parameters<typeof generateText>[0], 'model' | 'onEnd'>;

/** An answer in a form in which two can be compared. */
export type Answered = Readonly<Record<string, unknown>>;

/** The whole answer of a call. */
export async function generated(model: LanguageModel, asked: Asked): Promise<Answered> {
  const result = await generateText({ maxRetries: 0, ...asked, model } as Parameters<typeof generateText>[0]);
  return plain({
    steps: result.steps.map(stepOf),
    usage: result.usage,
    output: 'output' in asked ? result.output : undefined,
  });
}

/** The answer of a call as a stream: its parts and its result. */
export async function streamed(model: LanguageModel, asked: Asked): Promise<Answered> {
  const call = { maxRetries: 0, onError: () => {}, ...asked, model };
  const stream = streamText(call as unknown as Parameters<typeof streamText>[0]);
  const parts: unknown[] = [];
  for await (const part of stream.fullStream) parts.push(part);
  const steps = await stream.steps;
  return plain({
    parts: merged(plain(parts) as unknown as readonly Answered[]),
    steps: steps.map(stepOf),
    usage: await stream.usage,
    output: 'output' in asked ? await stream.output : undefined,
  });
}

function stepOf(step: Awaited<ReturnType<typeof generateText>>['steps'][number]): Answered {
  const { content, finishReason, rawFinishReason, usage, warnings, response } = step;
  const { id, modelId } = response;
  return {
    text: step.text,
    reasoning: step.reasoningText,
    content,
    finishReason,
    rawFinishReason,
    usage,
    warnings,
    response: { id, modelId },
    metadata: step.providerMetadata,
  };
}

/** Generated in each run, or taken from the clock. */
const madeUp = new Set(['timestamp', 'headers', 'body', 'request', 'performance', 'messages']);

/** As an SDK makes up an id where the vendor gives none: the AI SDK's, and a UUID. */
const madeUpId = /^((aitxt-)?[A-Za-z0-9]{16,24}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})$/;

/** As JSON, but for what signalbox says of itself; ids that an SDK made up by the order in which they appear. */
function plain(value: unknown): Answered {
  const ids = new Map<unknown, string>();
  return JSON.parse(
    JSON.stringify(value, (key, inner: unknown) => {
      if (key === 'signalbox') return undefined;
      if (madeUp.has(key)) return undefined;
      if (/^(id|toolCallId|approvalId)$/.test(key) && madeUpId.test(String(inner))) {
        if (!ids.has(inner)) ids.set(inner, `made up ${ids.size + 1}`);
        return ids.get(inner);
      }
      return inner instanceof Error ? { name: inner.name, message: inner.message } : inner;
    }),
  ) as Answered;
}

/** Deltas of one block as one: how an answer is cut is the wire's matter. */
function merged(parts: readonly Answered[]): readonly Answered[] {
  const out: Answered[] = [];
  for (const part of parts) {
    const last = out.at(-1);
    const same = last !== undefined && last['type'] === part['type'] && last['id'] === part['id'];
    if (same && /-delta$/.test(String(part['type']))) {
      const field = 'delta' in part ? 'delta' : 'text';
      out[out.length - 1] = { ...last, ...part, [field]: `${last[field]}${part[field]}` };
    } else out.push(part);
  }
  return out;
}
