import { explain } from '../explain.ts';
import { drain } from './drain.ts';
import { warmUp } from './warmup.ts';

export const upkeep = { drain, explain, warmUp };
