import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { AttemptLine, DecisionView, RequestDetail } from '../../protocol.ts';
import { get } from '../client.ts';
import { compactCount, moment, ms, period, usd } from '../format.ts';
import { Empty, Name, Pairs, Panel, State } from '../parts.tsx';
import { go, requestOf } from '../state.ts';
import { reasonOf } from '../words.ts';

/** Everything about one request, read again whenever it changes. */
export function RequestPanel({ id }: { readonly id: string }) {
  const detail = useSignal<RequestDetail | undefined>(undefined);
  const error = useSignal('');
  const line = requestOf(id);
  useEffect(() => {
    let isOver = false;
    get<RequestDetail>('request', { id }).then(
      (value) => {
        if (!isOver) detail.value = value;
      },
      (reason: Error) => {
        if (!isOver) error.value = reason.message;
      },
    );
    return () => {
      isOver = true;
    };
  }, [id, line]);
  return (
    <Panel title={`Request ${id}`} onClose={() => go('requests')}>
      {detail.value === undefined ? (
        error.value === '' ? (
          <p class="dim">Loading …</p>
        ) : (
          <Empty title="It cannot be shown">
            {error.value === 'not found'
              ? 'It is no longer among the last requests, and there is no ledger with it.'
              : error.value}
          </Empty>
        )
      ) : (
        <Detail of={detail.value} />
      )}
    </Panel>
  );
}

function Detail({ of: { request, attempts, decision, content, metadata } }: { readonly of: RequestDetail }) {
  return (
    <>
      <p class="story">
        <State name={request.outcome} label={storyOf({ request, attempts, decision })} />
      </p>
      <Pairs
        of={[
          ['Time', moment(request.at)],
          ['Operation', request.kind],
          ['Route', request.route],
          ['Tenant', request.tenant],
          ['User', request.user],
          ['Tags', request.tags.join(', ')],
          ['Error', request.error],
          ['Duration', request.duration === null ? null : ms(request.duration)],
          ['First token', request.firstToken === null ? null : ms(request.firstToken)],
          ['Cost', request.cost === null ? null : usd(request.cost)],
          ['Wasted', request.wasted === 0 ? null : usd(request.wasted)],
        ]}
      />
      <h3>Attempts</h3>
      {attempts.length === 0 ? (
        <p class="dim">None: {request.lookup === null ? 'it ended before.' : 'a cache answered.'}</p>
      ) : (
        <Waterfall attempts={attempts} duration={request.duration} />
      )}
      <h3>Decision</h3>
      {decision === null ? (
        <p class="dim">
          {request.outcome === 'running' ? 'Shown when the request ends.' : 'None was recorded.'}
        </p>
      ) : (
        <Decision of={decision} at={request.at} />
      )}
      {metadata === null || Object.keys(metadata).length === 0 ? null : (
        <>
          <h3>Metadata</h3>
          <pre>{JSON.stringify(metadata, null, 2)}</pre>
        </>
      )}
      {content?.prompt == null ? null : (
        <>
          <h3>Prompt</h3>
          <pre>{content.prompt}</pre>
        </>
      )}
      {content?.answer == null ? null : (
        <>
          <h3>Answer</h3>
          <pre>{content.answer}</pre>
        </>
      )}
    </>
  );
}

/** The outcome as a sentence. */
function storyOf(of: Pick<RequestDetail, 'request' | 'attempts' | 'decision'>): string {
  const { request, attempts, decision } = of;
  const { lookup, outcome, target } = request;
  const failed = attempts.filter((attempt) => attempt.outcome === 'failed' && !attempt.mirror);
  const failures = failed.map(({ target: of, error }) => `${of} failed (${errorText(error)})`).join(', ');
  if (lookup !== null && lookup !== 'partial') return 'A cache answered; no target was asked.';
  if (outcome === 'running') return `In flight${target === null ? '.' : ` at ${target}.`}`;
  if (outcome === 'aborted') return 'The caller left before the end.';
  if (outcome === 'failed')
    return failed.length > 0
      ? `No target answered: ${failures}.`
      : `No target could be asked (${request.error}).`;
  const first = decision?.candidates[0]?.target;
  const why = first === target ? `ranked first by ${decision?.strategy}` : '';
  if (failed.length > 0) return `${target} answered after ${failures}.`;
  const winner = attempts.find(({ answer }) => answer);
  if (winner?.hedge === true) return `${target} answered as a hedge, faster than the first attempt.`;
  return `${target} answered${why === '' ? '' : `: ${why}`}.`;
}

function errorText(error: AttemptLine['error']): string {
  if (error === null) return 'failed';
  const { kind, status, code } = error;
  return [kind, status, code === kind ? undefined : code].filter((part) => part !== undefined).join(' ');
}

function Waterfall({
  attempts,
  duration,
}: {
  readonly attempts: readonly AttemptLine[];
  readonly duration: number | null;
}) {
  const ends = attempts.map(({ started, duration: took }) => started + (took ?? 0));
  const whole = Math.max(1, duration ?? 0, ...ends);
  const share = (value: number): string => `${Math.min(100, (100 * value) / whole)}%`;
  return (
    <ol class="waterfall">
      {attempts.map((attempt, index) => {
        const {
          target,
          started,
          duration: took,
          firstToken,
          outcome,
          answer,
          hedge,
          mirror,
          error,
        } = attempt;
        const length = took ?? Math.max(0, whole - started);
        const tone = answer ? 'good' : outcome === 'failed' ? 'bad' : outcome === 'running' ? 'info' : 'dim';
        return (
          <li key={`${index} ${target}`}>
            <div class="row">
              <Name of={target} />
              <span>
                {hedge ? <span class="mark">hedge</span> : null}
                {mirror ? <span class="mark">mirror</span> : null}
                {error === null ? (
                  <State name={outcome} label={answer ? 'answer' : outcome} />
                ) : (
                  <State name="failed" label={errorText(error)} />
                )}
              </span>
            </div>
            <div class="track">
              <i class={tone} style={{ left: share(started), width: share(length) }}>
                {firstToken === null || length === 0 ? null : (
                  <u style={{ left: `${(100 * firstToken) / length}%` }} />
                )}
              </i>
            </div>
            <small>
              {[
                started > 0.5 ? `after ${ms(started)}` : '',
                took === null ? 'running' : `took ${ms(took)}`,
                firstToken === null ? '' : `first token ${ms(firstToken)}`,
                tokensOf(attempt),
                attempt.cost === null ? (attempt.billed === 'no' ? 'not billed' : '') : usd(attempt.cost),
                attempt.billed === 'unknown' ? 'the vendor may charge' : '',
              ]
                .filter((part) => part !== '')
                .join(' · ')}
            </small>
          </li>
        );
      })}
      <li class="scale" aria-hidden="true">
        <span>0</span>
        <span>{ms(whole / 2)}</span>
        <span>{ms(whole)}</span>
      </li>
    </ol>
  );
}

function tokensOf({ usage }: AttemptLine): string {
  const { inputTokens, outputTokens } = usage ?? {};
  if (inputTokens === undefined && outputTokens === undefined) return '';
  return `${compactCount(inputTokens ?? 0)} → ${compactCount(outputTokens ?? 0)} tokens`;
}

function Decision({ of, at }: { readonly of: DecisionView; readonly at: number }) {
  const { route, selected, strategy, candidates, skipped, notes } = of;
  return (
    <>
      <p>
        Strategy <b>{strategy}</b> on route <b>{route}</b>
        {selected === null ? '' : ', chosen by select'}
        {selected?.failed === undefined ? '' : ` (${selected.failed})`}.
      </p>
      <ol class="ranked">
        {candidates.map((candidate) => (
          <li key={candidate.target}>
            <Name of={candidate.target} />
            <small>
              {[
                candidate.estimatedCost === undefined ? '' : `about ${usd(candidate.estimatedCost)}`,
                candidate.firstToken === undefined ? '' : `first token ${ms(candidate.firstToken)}`,
                candidate.inFlight === undefined || candidate.inFlight === 0
                  ? ''
                  : `${candidate.inFlight} in flight`,
                factsText(candidate.facts),
              ]
                .filter((part) => part !== '')
                .join(' · ')}
            </small>
          </li>
        ))}
      </ol>
      {skipped.length === 0 ? null : (
        <ul class="skipped">
          {skipped.map((skip) => (
            <li key={`${skip.target} ${skip.reason}`}>
              <Name of={skip.target} />
              <small>
                {[
                  reasonOf(skip.reason),
                  skip.lacks ?? '',
                  skip.detail ?? '',
                  skip.plugin === undefined ? '' : `by ${skip.plugin}`,
                  skip.estimatedCost === undefined ? '' : `about ${usd(skip.estimatedCost)}`,
                  skip.retryAt === undefined ? '' : `back after ${period(skip.retryAt - at)}`,
                  factsText(skip.facts),
                ]
                  .filter((part) => part !== '')
                  .join(' · ')}
              </small>
            </li>
          ))}
        </ul>
      )}
      {notes.map(({ plugin, facts }, index) => (
        <p key={`${index} ${plugin}`} class="dim">
          {plugin}: {noteText(plugin, facts)}
        </p>
      ))}
    </>
  );
}

/** A plugin's note; for a vendor's prompt cache, in words. */
function noteText(plugin: string, facts: DecisionView['notes'][number]['facts']): string {
  const { promptCache, promptCacheMiss, promptCacheSaved, target, ...rest } = facts;
  if (promptCache === undefined) {
    const { [plugin]: verdict, ...more } = facts;
    return [verdict ?? '', factsText(more)].filter((part) => part !== '').join(', ');
  }
  return [
    `prompt cache of ${target}: ${promptCache}`,
    typeof promptCacheMiss === 'string' ? promptCacheMiss.replaceAll('-', ' ') : '',
    typeof promptCacheSaved === 'number' && promptCacheSaved !== 0 ? `${usd(promptCacheSaved)} saved` : '',
    factsText(rest),
  ]
    .filter((part) => part !== '')
    .join(', ');
}

function factsText(facts: DecisionView['candidates'][number]['facts']): string {
  return Object.entries(facts ?? {})
    .map(([name, value]) => `${name} ${typeof value === 'number' ? Number(value.toPrecision(4)) : value}`)
    .join(', ');
}
