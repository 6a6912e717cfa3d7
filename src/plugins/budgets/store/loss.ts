import type { PluginHost } from '../../../types/plugin.ts';
import type { Link } from './link.ts';

/**
 * Notifies processes of lost data, so that all of them book again at the same time. The first process that notices writes a mark, which
 * all read with each exchange. A missing mark also means lost data.
 */
export interface LossWatch {
  /** Asks the store. */
  check(): Promise<Checked>;
  /** An account has found that its data are lost. */
  found(recoversAt: number): void;
  /** The list of used-up accounts has changed. */
  listed(): Promise<void>;
}

export interface Checked {
  /** Whether the store may have lost data since the last call. */
  readonly isLost: boolean;
  /** When the list of used-up accounts last changed. */
  readonly listedAt: number | undefined;
}

const key = 'limits/mark';
const day = 86_400_000;

export function lossWatch({ store, emit }: PluginHost, link: Link): LossWatch {
  let known: number | undefined;
  let recoversAt = 0;
  const write = (field: string, at: number): Promise<void> =>
    store.publish([{ key, max: { [field]: Math.floor(at) }, ttl: day }]);
  const mark = (at: number): Promise<void> => write('at', at).catch(() => {}); // the next exchange notices it
  return {
    async check() {
      const { now, entries } = await link.call(() => store.read([key]));
      const at = entries[0]?.['at'];
      if (at === undefined) void mark(now);
      const isOther = known !== undefined && at !== known;
      known = at ?? Math.floor(now);
      return { isLost: isOther, listedAt: entries[0]?.['listed'] };
    },
    listed: () => write('listed', link.now()),
    found(moment) {
      const now = link.now();
      if (now < recoversAt) return;
      recoversAt = moment;
      emit({ type: 'store-state', plugin: 'limits', store: store.name, state: 'lost' });
      void mark(now);
    },
  };
}
