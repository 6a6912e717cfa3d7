import { WithheldAnswer } from '../answer/withheld.ts';
import { lookUp } from '../calls/look-up.ts';
import { replayChat } from '../calls/replay.ts';
import { chooseRoute } from '../routing/more/choose-route.ts';
import { createSelector } from '../routing/more/select.ts';
import { compileStations } from '../stations/compile.ts';
import { replicasOf } from '../targets/replicas/replicas.ts';
import { hold, shadow } from './host-calls.ts';

export const extensions = {
  WithheldAnswer,
  lookUp,
  replayChat,
  chooseRoute,
  createSelector,
  shadow,
  hold,
  compileStations,
  replicasOf,
};
