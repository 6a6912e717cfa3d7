import type { AnyRequest, RequestContext } from '../../../types/plugin.ts';
import type { Message } from '../../../types/request/message.ts';
import { fingerprint } from '../../../util/fingerprint.ts';
import { check, checkObject, refuse, show } from '../../../util/option-check.ts';
import { oneOf } from '../../../util/shape.ts';
import { pluginName } from '../errors.ts';
import type { Injection } from '../types.ts';

/** Options of `inject`. */
export interface InjectOptions {
  /** Identifies the message in the decision. @default 'inject' */
  readonly name?: string;
  /** Before or after the request's own system messages. @default 'end' */
  readonly position?: 'start' | 'end';
  /** Which requests get the message. @default all chats and streams */
  readonly when?: (request: RequestContext) => boolean;
}

/**
 * Adds a system message to requests, such as rules for safety. Each addition is in the decision, with the
 * position, length and fingerprint of the text.
 *
 * @throws ConfigError naming the invalid option
 * @example
 * guardrails([inject('Never give medical advice.', { when: ({ tags }) => tags.includes('public') })])
 */
export function inject(system: string, options: InjectOptions = {}): Injection {
  if (typeof system !== 'string' || system === '') refuse('inject', 'a text', show(system));
  const { name = 'inject', position = 'end', when } = options;
  checkObject('inject', options, ['name', 'position', 'when']);
  check('inject.position', position, oneOf('start', 'end'));
  if (when !== undefined && typeof when !== 'function') refuse('inject.when', 'a function', show(when));
  return { name, inject: system, position, ...(when === undefined ? {} : { when }) };
}

/** A request with the messages of all injections that apply; `undefined` without any. */
export function injected(
  injections: readonly Injection[],
  context: RequestContext,
  request: AnyRequest,
): AnyRequest | undefined {
  if (!('messages' in request)) return undefined;
  let { messages } = request;
  for (const { name, inject: content, position, when } of injections) {
    if (when?.(context) === false) continue;
    const system: Message = { role: 'system', content };
    const firstOther = messages.findIndex(({ role }) => role !== 'system');
    const at = position === 'start' ? 0 : firstOther < 0 ? messages.length : firstOther;
    messages = messages.toSpliced(at, 0, system);
    context.note({
      plugin: pluginName,
      facts: {
        guard: name,
        stage: 'input',
        direction: 'request',
        verdict: 'injected',
        position,
        characters: content.length,
        fingerprint: fingerprint(content),
      },
    });
  }
  return messages === request.messages ? undefined : { ...request, messages };
}
