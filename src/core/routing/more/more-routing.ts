import { moreExclusions } from './more-exclusions.ts';
import { byPreference, pinOf, recoveringLast } from './preferences.ts';

export const moreRouting = { moreExclusions, byPreference, pinOf, recoveringLast };
