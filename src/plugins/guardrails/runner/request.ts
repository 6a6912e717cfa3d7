import type { AnyRequest, Awaitable, RequestContext } from '../../../types/plugin.ts';
import type { Message } from '../../../types/request/message.ts';
import { isPromise } from '../detectors/find.ts';
import { isEscaped, unescaped } from '../detectors/normalize.ts';
import { GuardError } from '../errors.ts';
import type { Guard } from '../types.ts';
import type { Environment } from './environment.ts';
import { merge, type Owned, replaceAll } from './merge.ts';
import { Verdicts } from './notes.ts';
import { type Checking, checkText, type Demands } from './run.ts';
import { mapRequest, type Place } from './texts.ts';

interface Slot {
  readonly text: string;
  readonly place: Place;
}

/**
 * Checks every text of a request before it is routed. Returns the request with its replacements; `undefined`
 * without any.
 *
 * @throws GuardError if a guard blocks it
 */
export function checkRequest(
  guards: readonly Guard[],
  context: RequestContext,
  env: Environment,
): Awaitable<AnyRequest | undefined> {
  const enforced = guards.filter(({ mode }) => mode !== 'shadow');
  const shadows = guards.filter(({ mode }) => mode === 'shadow');
  const slots: Slot[] = [];
  mapRequest(context.request, (text, place) => {
    slots.push({ text, place });
    return text;
  });
  watch(shadows, slots, context, env);
  const verdicts = new Verdicts('request');
  const checking: Checking = { env, request: context, direction: 'request', verdicts };
  const startedAt = env.clock.now();
  const running = slots.map(({ text, place }) => checkText(enforced, text, place, checking));
  const finish = (demands: readonly Demands[]): AnyRequest | undefined => {
    verdicts.note(context, env.clock.now() - startedAt);
    return apply(slots, demands, context, env);
  };
  if (!running.some(isPromise)) return finish(running as Demands[]);
  return Promise.all(running).then(finish);
}

/** Runs shadow guards, which nothing waits for. */
function watch(
  shadows: readonly Guard[],
  slots: readonly Slot[],
  request: RequestContext,
  env: Environment,
): void {
  if (shadows.length === 0) return;
  const verdicts = new Verdicts('request');
  const checking: Checking = { env, request, direction: 'request', verdicts };
  const running = slots.map(({ text, place }) => checkText(shadows, text, place, checking));
  if (running.some(isPromise)) void Promise.allSettled(running).then(() => verdicts.note(request, 0));
  else verdicts.note(request, 0);
}

function apply(
  slots: readonly Slot[],
  demands: readonly Demands[],
  context: RequestContext,
  env: Environment,
): AnyRequest | undefined {
  const all: (readonly Owned[])[] = [];
  for (const [index, demand] of demands.entries()) {
    if ('blocked' in demand) {
      const { guard, reason } = demand.blocked;
      throw new GuardError(guard, reason, slots[index]?.place.stage ?? 'input');
    }
    all.push(merge(demand.replace));
  }
  if (all.every(({ length }) => length === 0)) return undefined;
  const vault = env.vaultOf(context);
  for (const { text } of slots) vault.reserve(text);
  // In the order of the conversation, so that placeholders stay the same while it grows.
  let index = 0;
  const unsigned = new Set<string>();
  const mapped = mapRequest(context.request, (text, { part }) => {
    const replacements = all[index++] ?? [];
    if (part === 'reasoning' && replacements.some(isFinal)) unsigned.add(text);
    const isJSON = replacements.length > 0 && isEscaped(text);
    return replaceAll(text, replacements, (each, value) => {
      const { with: given, entity = 'REDACTED', restore = false } = each;
      return given ?? vault.placeholder(entity, isJSON ? unescaped(value) : value, restore !== false);
    });
  });
  return unsigned.size === 0 ? mapped : withoutSignatures(mapped, context.request, unsigned);
}

function isFinal({ restore = false }: Owned): boolean {
  return restore === false;
}

/**
 * Reasoning that has changed for good does not fit its signature, and vendors reject a request with both. A value that
 * is restored was a placeholder when the vendor signed it.
 */
function withoutSignatures(
  mapped: AnyRequest,
  original: AnyRequest,
  unsigned: ReadonlySet<string>,
): AnyRequest {
  if (!('messages' in mapped && 'messages' in original)) return mapped;
  const messages = mapped.messages.map((message, index): Message => {
    const given = original.messages[index]?.content;
    if (message.role !== 'assistant' || typeof message.content === 'string' || typeof given !== 'object')
      return message;
    const content = message.content.map((part, position) => {
      const before = given[position];
      if (part.type !== 'reasoning' || before?.type !== 'reasoning' || !unsigned.has(before.text))
        return part;
      return { type: part.type, text: part.text };
    });
    return { ...message, content };
  });
  return { ...mapped, messages };
}
