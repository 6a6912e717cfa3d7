// Failover Bench, a benchmark of other people's, against this router: `npm run failover-bench`, in real time, side by side: a minute and a half.
// `-- --defaults` plays the router without any settings but `interrupted: 'restart'`.
import { parseArgs } from 'node:util';
import { systemClock } from '../../src/util/time/clock.ts';
import { type Played, play } from './play.ts';
import { scenarios, type Verdict } from './scenarios.ts';
import { bareSdk, defaults, type System, settings, signalbox } from './systems.ts';

/** Published totals: pass, partial, safe, fail; results/full/SCORECARD.md of 2026-09-12, CC BY 4.0. */
const published: readonly (readonly [name: string, ...totals: readonly [number, number, number, number]])[] =
  [
    ['the benchmark’s own reference client (httpx)', 16, 0, 0, 0],
    ['DeepSeek Harness + dsh-llm-fallbacks', 12, 3, 1, 0],
    ['Portkey Gateway (OSS)', 11, 2, 0, 3],
    ['Bifrost 2.1.1', 9, 3, 3, 1],
    ['LangChain with_fallbacks', 9, 3, 4, 0],
    ['LiteLLM proxy', 9, 3, 4, 0],
    ['LiteLLM Router', 9, 3, 4, 0],
    ['LiteLLM Router, tuned', 9, 3, 4, 0],
    ['openai-python', 6, 0, 10, 0],
    ['no gateway, no retries', 4, 0, 12, 0],
  ];
const verdicts: readonly Verdict[] = ['pass', 'partial', 'safe', 'fail'];

const { values } = parseArgs({ options: { defaults: { type: 'boolean', default: false } } });
const policies = values.defaults ? defaults : settings;

const [routed, bare] = await Promise.all([playAll(signalbox(policies)), playAll(bareSdk)]);

console.log(`The router’s settings: ${JSON.stringify(policies)}\n`);
row('scenario', 'the router', 'what the caller saw', 'attempts', 'seconds', 'the openai SDK alone');
row('---', '---', '---', '---', '---:', '---');
for (const [index, played] of routed.entries()) {
  const { scenario, verdict, missed, primary, fallback, seconds } = played;
  const alone = bare[index];
  row(
    `${scenario.id} ${scenario.title}`,
    missed.length === 0 ? verdict : `${verdict} (${missed.join(', ')})`,
    experience(played),
    `${primary.length} + ${fallback.length}`,
    seconds.toFixed(1),
    alone === undefined ? '' : `${alone.verdict}, ${alone.seconds.toFixed(1)} s`,
  );
}
console.log();
row('system', ...verdicts);
row('---', ...verdicts.map(() => '---:'));
row('**signalbox**, played here', ...totals(routed));
row('the openai SDK for TypeScript alone, played here', ...totals(bare));
for (const [name, ...counts] of published) row(`${name}, as published`, ...counts);
process.exitCode = routed.some(({ verdict }) => verdict === 'fail' || verdict === 'safe') ? 1 : 0;

function playAll(system: System): Promise<Played[]> {
  return Promise.all(scenarios.map((scenario) => play(system, scenario, { clock: systemClock })));
}

function experience({ outcome, whole, error, requests, scenario, fallback, primary }: Played): string {
  if (outcome !== 'success') return outcome === 'hang' ? 'no end' : `an error: ${error}`;
  if (!whole) return 'half an answer as if it were whole';
  if (requests.length > 0) return `${requests.length} whole answers`;
  if (fallback.length === 0) return 'the whole answer';
  const begun = primary.some(({ action }) => action === '200') && scenario.id !== 'S07';
  return begun ? 'half an answer, `restart`, the whole answer' : 'the whole answer, from the fallback';
}

function totals(played: readonly Played[]): number[] {
  return verdicts.map((wanted) => played.filter(({ verdict }) => verdict === wanted).length);
}

function row(...cells: readonly (string | number)[]): void {
  console.log(`| ${cells.join(' | ')} |`);
}
