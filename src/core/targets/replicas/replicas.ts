import type { Cooldowns } from '../../../health/cooldowns.ts';
import type { PromptCaches } from '../../../stats/prompt-caches.ts';
import type { Clock } from '../../../types/clock.ts';
import type { Replica } from '../../../types/plugin.ts';
import { longHash } from '../../../util/hash.ts';
import type { RouterContext } from '../../context.ts';
import { rememberIn } from '../../routing/affinity.ts';
import type { Channel, Target, Workload } from '../target.ts';
import { cacheReplica } from './cache-replica.ts';
import { cooldownReplica } from './cooldown-replica.ts';
import { factReplica } from './fact-replica.ts';
import { latencyReplica } from './latency-replica.ts';
import { lengthReplica } from './length-replica.ts';
import { outageReplica } from './outage-replica.ts';

type Known = Pick<RouterContext, 'targets' | 'findRoute' | 'caches' | 'affinity' | 'clock'>;

/** Milliseconds for which a prompt may be in a vendor's cache, and for which a new process learns of stored answers. */
const promptsFor = 300_000;
const answersFor = 900_000;

/**
 * A router's knowledge in a form that other processes can absorb.
 *
 * @param onChange called when a target's state may have changed by absorbed knowledge
 */
export function replicasOf(known: Known, onChange: (target: Target) => void): readonly Replica[] {
  const { targets, findRoute, caches, clock } = known;
  const replicas: Replica[] = [];
  const seen = new Set<Cooldowns>();
  for (const target of targets) {
    for (const each of [target, ...others(target)]) {
      replicas.push(...cooldownsOf(each, seen, clock, onChange));
      replicas.push(outageReplica(each, clock, () => onChange(each)));
    }
    for (const kind of ['stream', 'chat'] as const)
      replicas.push(latencyReplica(`latency/${target.id}/${kind}`, target.latencies[kind], clock));
  }
  for (const name of findRoute.names) {
    const outputs = findRoute(name)?.outputs;
    if (outputs !== undefined) replicas.push(lengthReplica(`length/${name}`, outputs, clock));
  }
  if (caches !== undefined) replicas.push(...cachesOf(known, caches), sessionsOf(known, caches));
  return [...replicas, answersOf(known)];
}

/** A target's other workloads, which have separate health. */
function others(target: Target): readonly Target[] {
  const { provider } = target;
  const workloads: readonly (Workload | undefined)[] = [
    provider.embed === undefined ? undefined : 'embed',
    provider.image === undefined ? undefined : 'image',
  ];
  return workloads.flatMap((workload) => (workload === undefined ? [] : [target.of(workload)]));
}

/** Targets share keys and endpoints; the first one names them. */
function cooldownsOf(
  target: Target,
  seen: Set<Cooldowns>,
  clock: Clock,
  onChange: (target: Target) => void,
): readonly Replica[] {
  const { id, workload } = target;
  const name = workload === 'chat' ? id : `${id}/${workload}`;
  const all: (readonly [key: string, held: Cooldowns])[] = [[`cooldown/target/${name}`, target.holds]];
  for (const { number = 0, holds, key } of target.channels)
    all.push(
      [`cooldown/channel/${name}/${number}`, holds],
      [`cooldown/key/${id}/${number}`, key.holds],
      [`cooldown/endpoint/${id}`, key.endpoint.holds],
    );
  const fresh = all.filter(([, held]) => !seen.has(held) && seen.add(held));
  return fresh.map(([key, held]) => cooldownReplica(key, held, clock, () => onChange(target)));
}

function cachesOf({ targets, clock }: Known, caches: PromptCaches): readonly Replica[] {
  const byTarget = new Map(
    targets.map(({ id }) => [id, cacheReplica(`cache/${id}`, id, caches, clock)] as const),
  );
  caches.onRatio = (target, kind, ratio) => byTarget.get(target)?.count(kind, ratio);
  return [...byTarget.values()].map(({ replica }) => replica);
}

/** Which target holds the prompt of a session, and how long it is. */
function sessionsOf({ targets, clock }: Known, caches: PromptCaches): Replica {
  const ids = new Set(targets.map(({ id }) => id));
  const replica = factReplica('session', promptsFor, ({ field, value }, age) => {
    const end = field.indexOf('/');
    const target = field.slice(end + 1);
    if (ids.has(target)) caches.adopt(field.slice(0, end), target, value, clock.now() - age);
  });
  caches.onPrompt = (session, target, tokens) =>
    replica.note({ field: `${longHash(session)}/${target}`, value: tokens });
  return replica;
}

/** Which target and key hold an answer that a request may continue. */
function answersOf({ targets, affinity }: Known): Replica {
  const elsewhere = new Map<string, Channel>();
  const replica = factReplica('answer', answersFor, ({ field, value }) => {
    const end = field.indexOf('/');
    const target = targets.find(({ id }) => id === field.slice(end + 1));
    const channel = target?.channels.find(({ number = 0 }) => number === value - 1);
    if (channel !== undefined) rememberIn(elsewhere, field.slice(0, end), channel);
  });
  affinity.channelElsewhere = (responseId) =>
    elsewhere.size === 0 ? undefined : elsewhere.get(longHash(responseId));
  affinity.onAnswer = (responseId, { target, number = 0 }) =>
    replica.note({ field: `${longHash(responseId)}/${target.id}`, value: number + 1 });
  return replica;
}
