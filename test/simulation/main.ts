// Worlds from seeds, in virtual time: random targets, troubles, requests and policies, and what must hold in all of them.
// `npm run simulation` plays 10,000; `-- --seed 123 --log` plays one again and shows what happened, with `--request 7` to that one
// request only; `-- --seed 500 --worlds 20` plays others; `-- --cache` plays them with a cache and repeated questions.
import { parseArgs } from 'node:util';
import { faultsOf, properties } from './properties.ts';
import { simulate, type TimedEvent, type World } from './simulate.ts';
import { replayOf } from './worlds.ts';

const { values } = parseArgs({
  options: {
    seed: { type: 'string' },
    worlds: { type: 'string' },
    log: { type: 'boolean', default: false },
    cache: { type: 'boolean', default: false },
    request: { type: 'string' },
  },
});
const first = Number(values.seed ?? 0);
const count = Number(values.worlds ?? (values.seed === undefined ? 10_000 : 1));
const started = performance.now();
/** Seeds in which a property is broken, by its name. */
const broken = new Map<string, number[]>();
let requests = 0;
/** How many requests ended how. */
const ends = new Map<string, number>();
for (let seed = first; seed < first + count; seed++) {
  const world = await simulate(seed, { isCached: values.cache });
  const faults = faultsOf(world);
  requests += world.requests.length;
  for (const { event } of world.events) {
    if (event.type !== 'request-end') continue;
    const end = event.outcome === 'failed' ? (event.error ?? 'failed') : event.outcome;
    ends.set(end, (ends.get(end) ?? 0) + 1);
  }
  if (values.log) tell(world, values.request);
  if (count === 1) console.log(faults.join('\n'));
  for (const line of faults.filter((each) => !each.startsWith(' '))) {
    const name = line.slice(0, -1);
    broken.set(name, [...(broken.get(name) ?? []), seed]);
  }
}
const seconds = (performance.now() - started) / 1_000;
if (count > 1) {
  console.log('| what must hold | held in |\n|---|---:|');
  for (const name of Object.keys(properties)) {
    console.log(`| ${name} | ${count - (broken.get(name)?.length ?? 0)} of ${count} |`);
  }
  console.log();
}
for (const [name, seeds] of broken) {
  console.log(`${name}: broken by ${seeds.slice(0, 10).join(', ')}: ${replayOf(seeds[0] ?? 0)}`);
}
console.log(`${count} worlds with ${requests} requests, in ${seconds.toFixed(0)} seconds; how they ended:`);
for (const [end, amount] of [...ends].toSorted((a, b) => b[1] - a[1])) console.log(`- ${end}: ${amount}`);
process.exitCode = broken.size === 0 ? 0 : 1;

/** The world's plan, what happened in it, and what its callers saw; of one request or of all. */
function tell({ plan, events, requests }: World, request: string | undefined): void {
  const { requests: planned, targets, ...rest } = plan;
  for (const target of targets) console.log(JSON.stringify(target));
  console.log(JSON.stringify(rest));
  for (const each of planned) if (wanted(each.number)) console.log(JSON.stringify(each));
  for (const timed of events) {
    const { event } = timed;
    if (!('metadata' in event) || wanted(event.metadata['request'])) console.log(lineOf(timed));
  }
  for (const { plan: asked, failure, answer, parts, ...seen } of requests) {
    if (!wanted(asked.number)) continue;
    const said = parts.map((part) => (part.type === 'text-delta' ? part.text : `<${part.type}>`)).join('');
    console.log(
      JSON.stringify({ request: asked.number, answer: answer?.text, said, ...seen }),
      failure?.error ?? '',
    );
  }
  function wanted(number: unknown): boolean {
    return request === undefined || request === String(number);
  }
}

function lineOf({ at, event }: TimedEvent): string {
  const time = at.toFixed(3).padStart(12);
  if (event.type === 'target-state') return `${time} ${event.target}: ${event.previous} → ${event.state}`;
  if (event.type === 'price-unknown') return `${time} ${event.target}: no price`;
  if (event.type === 'plugin-error') return `${time} ${event.plugin}: ${event.station} failed`;
  if (!('metadata' in event)) return `${time} ${event.type}`;
  const request = `${time} request ${event.metadata['request']}: ${event.type}`;
  switch (event.type) {
    case 'request-start':
      return `${request} ${event.kind}`;
    case 'attempt-start':
      return `${request} ${event.attempt} at ${event.target}`;
    case 'attempt-end':
      return `${request} ${event.attempt} at ${event.target} ${event.outcome} ${event.error?.kind ?? ''}`;
    case 'note':
      return `${request} ${event.plugin}`;
    case 'usage':
      return `${request} ${event.target} ${event.cost?.total} ${event.billed}`;
    case 'request-end': {
      const { candidates = [], skipped = [] } = event.decision ?? {};
      const left = skipped.map(({ target, reason }) => `${target} ${reason}`).join(', ');
      const order = candidates.map(({ target }) => target).join(' ');
      return `${request} ${event.outcome} ${event.error ?? event.target ?? ''} (order: ${order}; left out: ${left})`;
    }
  }
}
