// What a run ran on, and what ran in it.
import { cpus, totalmem } from 'node:os';
import { contenderNames, contenders } from '../contenders/index.ts';
import { versionOf } from '../peers.ts';
import type { Cores } from '../processes.ts';

export function machine(cores: Cores | undefined): readonly string[] {
  const all = cpus();
  const pinned =
    cores === undefined
      ? 'Processes were not pinned to cores: there is no `taskset` here, or only one core.'
      : `Contenders were pinned to core ${cores.client}, the vendor to core ${cores.vendor}, the gateway to both.`;
  return [
    `${all[0]?.model.trim() ?? 'unknown processor'}, ${all.length} cores, ${(totalmem() / 2 ** 30).toFixed(0)} GB, ${process.platform} ${process.arch}, Node ${process.versions.node}.`,
    pinned,
  ];
}

/** The packages of all contenders and their versions. */
export function versions(): string {
  const packages = contenderNames.flatMap((name) => contenders[name].packages);
  const versions = packages.map(([name, where]) => `${name} ${versionOf(name, where) ?? 'missing'}`);
  return [...new Set(versions)].join(', ');
}
