import type { Awaitable } from '../../../types/plugin.ts';
import type { ContentPart, ToolCallPart } from '../../../types/request/message.ts';
import { isPromise } from '../detectors/find.ts';
import type { Vault } from '../redaction/vault.ts';
import type { Outcome } from '../runner/check.ts';
import { checksStage } from '../runner/guards.ts';
import { merge, replaceAll } from '../runner/merge.ts';
import { type Blocked, type Checking, checkText, type Demands, demandsOf, run } from '../runner/run.ts';
import { mapPart, type Place } from '../runner/texts.ts';
import type { Guard } from '../types.ts';

const inAnswer: Place = { stage: 'output', role: 'assistant', part: 'text', isHistory: false };

/** Checks every text in a part of an answer; the part with its replacements. */
export function checkPart<Part extends ContentPart>(
  part: Part,
  guards: readonly Guard[],
  checking: Checking,
): Awaitable<Part | Blocked> {
  const running: Awaitable<Demands>[] = [];
  mapPart(part, inAnswer, (text, place) => {
    running.push(checkText(guards, text, place, checking));
    return text;
  });
  const finish = (demands: readonly Demands[]): Part | Blocked => {
    for (const each of demands) if ('blocked' in each) return each.blocked;
    if (demands.every((each) => 'replace' in each && each.replace.length === 0)) return part;
    let index = 0;
    return mapPart(part, inAnswer, (text) => {
      const each = demands[index++];
      const replacements = each !== undefined && 'replace' in each ? merge(each.replace) : [];
      return replaceAll(
        text,
        replacements,
        ({ with: given, entity = 'REDACTED' }) => given ?? `[${entity.toUpperCase()}]`,
      );
    });
  };
  return running.some(isPromise) ? Promise.all(running).then(finish) : finish(running as Demands[]);
}

/** Checks a complete tool call: the call by guards of tool calls, then its texts. */
export function checkToolCall(
  part: ToolCallPart,
  guards: readonly Guard[],
  checking: Checking,
): Awaitable<ToolCallPart | Blocked> {
  const place: Place = { ...inAnswer, stage: 'tool-call', part: 'tool' };
  const running: Awaitable<readonly [Guard, Outcome]>[] = [];
  for (const guard of guards) {
    const { checkToolCall: check } = guard;
    if (check === undefined || !checksStage(guard, 'tool-call')) continue;
    const call = { toolName: part.toolName, input: part.input };
    running.push(run(guard, (context) => check.call(guard, call, context), undefined, place, checking));
  }
  if (running.length === 0) return checkPart(part, guards, checking);
  const finish = (outcomes: readonly (readonly [Guard, Outcome])[]): Awaitable<ToolCallPart | Blocked> => {
    const demands = demandsOf(outcomes, place, checking.verdicts);
    return 'blocked' in demands ? demands.blocked : checkPart(part, guards, checking);
  };
  return running.some(isPromise)
    ? Promise.all(running).then(finish)
    : finish(running as (readonly [Guard, Outcome])[]);
}

/** A part with the values of its placeholders. Arguments that are not JSON are a text of JSON. */
export function restorePart<Part extends ContentPart>(part: Part, vault: Vault): Part {
  if (vault.isEmpty) return part;
  const isText = part.type === 'tool-call' && typeof part.input === 'string';
  return mapPart(part, inAnswer, (text) => vault.restore(text, isText));
}
