import { judge } from '../answer/judge.ts';
import { addedCarry } from '../attempt/added-carry.ts';
import { failureOf, warnOf } from '../attempt/failure/record-failure.ts';
import { lookForLife } from '../attempt/look-for-life.ts';
import { narrowedRoute } from '../routing/more/narrowed-route.ts';
import { chooseTargets } from '../routing/more/pick-first.ts';
import { checkHistory } from '../targets/accounts.ts';
import { latenciesOf } from '../targets/latency-of.ts';
import { measure } from '../targets/measure.ts';
import { joinRace, race } from './race.ts';
import { isReady } from './ready.ts';
import { TargetSearch } from './search.ts';

/** What a request needs that is not plain, or whose first attempt fails, is slow, or cannot start at once. */
export const recovery = {
  race,
  joinRace,
  TargetSearch,
  isReady,
  lookForLife,
  addedCarry,
  failureOf,
  warnOf,
  measure,
  narrowedRoute,
  chooseTargets,
  checkHistory,
  latenciesOf,
  judge,
};
