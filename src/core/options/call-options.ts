import { RequestError } from '../../errors.ts';
import type { CallOptions } from '../../types/options/options.ts';
import {
  checkHedge,
  checkNumber,
  checkObject,
  checkTimeouts,
  checkWord,
  interruptedWords,
  type Refuse,
  show,
} from '../../util/option-check.ts';
import { priorities } from '../admission/queue.ts';

const refuse: Refuse = (path, expected, got) => {
  throw new RequestError(path, expected, got);
};

const fields = [
  'route',
  'signal',
  'only',
  'timeout',
  'maxCost',
  'session',
  'priority',
  'metadata',
  'interrupted',
  'hedge',
  'accept',
];

/** Checks what one call sets for itself. Throws `RequestError`, which names the option. */
export function checkCallOptions(options: CallOptions): void {
  checkObject('options', options, fields, refuse);
  const { route, signal, only, timeout, maxCost, session, metadata, interrupted } = options;
  if (route !== undefined && typeof route !== 'string') refuse('options.route', 'a string', show(route));
  if (signal !== undefined && typeof signal.addEventListener !== 'function') {
    refuse('options.signal', 'an AbortSignal', show(signal));
  }
  if (only !== undefined && !Array.isArray(only)) refuse('options.only', 'a list of target ids', show(only));
  if (session !== undefined && typeof session !== 'string')
    refuse('options.session', 'a string', show(session));
  if (metadata !== undefined && (typeof metadata !== 'object' || metadata === null)) {
    refuse('options.metadata', 'an object', show(metadata));
  }
  checkWord('options.priority', options.priority, priorities, refuse);
  checkTimeouts('options.timeout', timeout, refuse);
  checkNumber('options.maxCost', maxCost, refuse);
  if (options.accept !== undefined && typeof options.accept !== 'function') {
    refuse('options.accept', 'a function', show(options.accept));
  }
  checkHedge('options.hedge', options.hedge, ['delay', 'maxCost'], refuse);
  checkWord('options.interrupted', interrupted, interruptedWords, refuse);
}
