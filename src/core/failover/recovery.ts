import { responseTimeout } from '../attempt/adaptive-timeouts.ts';
import { failureOf, warnOf } from '../attempt/record-failure.ts';
import { measure } from '../targets/measure.ts';
import { backupPlan } from './backup-request.ts';
import { TargetSearch } from './search.ts';

/** What a request needs whose first attempt fails, is slow, or cannot start at once. */
export const recovery = { TargetSearch, backupPlan, responseTimeout, failureOf, warnOf, measure };
