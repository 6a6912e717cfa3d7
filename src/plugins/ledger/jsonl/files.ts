import type * as Files from 'node:fs/promises';
import { builtinModule } from '../../../util/node/builtin.ts';

export function files(): typeof Files {
  return builtinModule('node:fs/promises', 'jsonl() needs a runtime with');
}
