import { isRouterError } from '../../../errors.ts';
import type { ChatRequest } from '../../../types/request/request.ts';
import type { ChatResult } from '../../../types/result/result.ts';
import type { AppendOnlyPart, PartReader } from '../../../types/result/stream-part.ts';
import type { ChatStream } from '../../../types/router.ts';
import { mergeOptions } from '../../../util/merge.ts';
import { failureOf } from '../errors.ts';
import { cacheHeader, cacheOptions } from './cache-control.ts';
import type { Context } from './context.ts';
import { idHeaders } from './error-format.ts';
import type { AnswerInfo, EventWriter, Plan } from './protocol.ts';

/** Calls the router and returns its answer in the plan's protocol. */
export async function converse(plan: Plan, context: Context): Promise<Response> {
  const { router, directory, requestId, signal } = context;
  const options = {
    ...directory.options(plan.model, plan.extension, plan.demands, context),
    ...cacheOptions(context.headers, router),
    ...(signal === undefined ? {} : { signal }),
  };
  const request = withWishes(plan);
  const toInfo = ({
    target,
    response: { id, model },
  }: Pick<ChatResult, 'target' | 'response'>): AnswerInfo => ({
    requestId,
    model: model ?? directory.modelOf(target),
    responseId: id,
    created: Math.floor(Date.now() / 1000),
  });
  if (!plan.stream) {
    const result = await router.chat(request, options);
    const body = plan.answer(result, toInfo(result));
    return new Response(JSON.stringify(body), { headers: answerHeaders(result, requestId) });
  }
  const stream = await router.stream(request, options);
  const headers = {
    ...idHeaders(requestId),
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-cache',
    'x-signalbox-target': stream.target,
    ...cacheHeader(stream.decision),
  };
  return new Response(eventStream(stream, plan.events(toInfo(stream)), context), { headers });
}

/** Merges optional provider options; options derived from fields of the body win. */
export function withWishes({ request, extension }: Pick<Plan, 'request' | 'extension'>): ChatRequest {
  const wishes = extension?.providerOptions as ChatRequest['providerOptions'];
  const providerOptions = mergeOptions(wishes, request.providerOptions);
  return providerOptions === undefined ? request : { ...request, providerOptions };
}

/** The router's report on a complete answer. */
export function answerHeaders(
  { target, cost, attempts, decision }: Pick<ChatResult, 'target' | 'cost' | 'attempts' | 'decision'>,
  requestId: string,
): Record<string, string> {
  return {
    ...idHeaders(requestId),
    'content-type': 'application/json',
    'x-signalbox-target': target,
    'x-signalbox-attempts': String(attempts.length),
    ...cacheHeader(decision),
    ...(cost === undefined ? {} : { 'x-signalbox-cost': String(cost.total) }),
  };
}

/** The stream as bytes, pulled at the reader's pace. Canceling it closes the connection to the vendor. */
function eventStream(
  stream: ChatStream,
  writer: EventWriter,
  { signal, remote }: Context,
): ReadableStream<Uint8Array> {
  const parts: PartReader<AppendOnlyPart> = stream.appendOnly[Symbol.asyncIterator]();
  const encoder = new TextEncoder();
  let begun = false;

  /** The next text and whether it is the last one. */
  const next = async (): Promise<{ readonly text: string; readonly over: boolean }> => {
    const { done, value: part } = await parts.next();
    if (done === true) return { text: '', over: true };
    if (part.type === 'finish') return { text: writer.close(await stream.result), over: true };
    return { text: writer.part(part), over: false };
  };

  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        let text = begun ? '' : writer.open();
        let over = false;
        begun = true;
        try {
          while (text === '' && !over) ({ text, over } = await next());
          // What came in the same packet goes on in one.
          for (let part = parts.ready?.(); part !== undefined; part = parts.ready?.())
            text += writer.part(part);
        } catch (error) {
          if (signal?.aborted === true && !isRouterError(error)) {
            controller.error(error);
            return;
          }
          text = writer.fail(failureOf(error, remote));
          over = true;
        }
        if (text !== '') controller.enqueue(encoder.encode(text));
        if (over) controller.close();
      },
      async cancel() {
        await parts.return?.();
      },
    },
    { highWaterMark: 0 },
  );
}
