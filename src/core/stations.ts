import type { Exclude } from './routing/exclusions.ts';
import { lastingExclusions, otherExclusions } from './routing/exclusions.ts';

/** What stands at each station, compiled once per router. A station where nothing stands is `undefined`. */
export interface Stations {
  /** 5: reasons to leave a target out. */
  readonly exclude: readonly Exclude[];
}

export function createStations(): Stations {
  return { exclude: [...lastingExclusions, ...otherExclusions] };
}
