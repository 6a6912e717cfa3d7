import { render } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { connect, readToken, useToken } from './client.ts';
import { Panel } from './parts.tsx';
import {
  connection,
  filter,
  go,
  helpOpen,
  hrefOf,
  outages,
  place,
  problem,
  readPlace,
  type View,
  views,
} from './state.ts';
import { applyTheme, choice, nextTheme } from './theme.ts';
import { Budgets } from './views/budgets.tsx';
import { Caches } from './views/caches.tsx';
import { MoneyView } from './views/money.tsx';
import { Outages } from './views/outages.tsx';
import { Requests } from './views/requests.tsx';
import { Targets } from './views/targets.tsx';
import { WhatIfView } from './views/what-if.tsx';

const titles: Readonly<Record<View, string>> = {
  targets: 'Targets',
  requests: 'Requests',
  money: 'Money',
  outages: 'Outages',
  budgets: 'Budgets',
  caches: 'Caches',
  'what-if': 'What if',
};
const contents: Readonly<Record<View, () => preact.JSX.Element>> = {
  targets: Targets,
  requests: Requests,
  money: MoneyView,
  outages: Outages,
  budgets: Budgets,
  caches: Caches,
  'what-if': WhatIfView,
};
const states = {
  connecting: 'connecting',
  live: 'live',
  lost: 'reconnecting',
  locked: 'locked',
  refused: 'refused',
};

function App() {
  const { view } = place.value;
  const Content = contents[view];
  useEffect(() => {
    document.querySelector('nav [aria-current]')?.scrollIntoView({ block: 'nearest', inline: 'center' });
  }, [view]);
  if (connection.value === 'locked' || connection.value === 'refused') return <Locked />;
  const out = outages.value.filter(({ to }) => to === null).length;
  return (
    <>
      <header class="top">
        <a class="brand" href="#/targets">
          <i />
          signalbox
        </a>
        <span class={`connection ${connection.value}`} role="status">
          {states[connection.value]}
        </span>
        {view === 'targets' || view === 'requests' ? (
          <input
            id="filter"
            type="search"
            placeholder="Filter   /"
            aria-label="Filter"
            value={filter.value}
            onInput={({ currentTarget: { value } }) => {
              filter.value = value;
            }}
          />
        ) : (
          <span class="gap" />
        )}
        <button
          type="button"
          onClick={nextTheme}
          aria-label={`Theme: ${choice.value}`}
          title={`Theme: ${choice.value}`}
        >
          ◐
        </button>
      </header>
      <nav aria-label="Views">
        {views.map((each) => (
          <a key={each} href={hrefOf(each)} aria-current={each === view ? 'page' : undefined}>
            {titles[each]}
            {each === 'outages' && out > 0 ? <b>{out}</b> : null}
          </a>
        ))}
      </nav>
      <main>
        <Content />
      </main>
      {helpOpen.value ? <Help /> : null}
    </>
  );
}

function Locked() {
  const input = useRef<HTMLInputElement>(null);
  const isLocked = connection.value === 'locked';
  return (
    <main class="locked">
      <a class="brand" href="#/targets">
        <i />
        signalbox
      </a>
      <p role="alert">
        {isLocked
          ? `This dashboard needs its token: ${problem.value}.`
          : `The server refuses: ${problem.value}.`}
      </p>
      {isLocked ? (
        <form
          onSubmit={(event) => {
            event.preventDefault();
            useToken(input.current?.value ?? '');
          }}
        >
          <input ref={input} type="password" aria-label="Token" placeholder="Token" autocomplete="off" />
          <button type="submit" class="primary">
            Open
          </button>
        </form>
      ) : null}
    </main>
  );
}

function Help() {
  const keys = [
    ['1 – 7', 'a view'],
    ['/', 'filter'],
    ['↑ ↓  or  k j', 'the row above, below'],
    ['Enter', 'opens a row'],
    ['Esc', 'closes'],
    ['t', 'light or dark'],
  ] as const;
  return (
    <Panel
      title="Keys"
      onClose={() => {
        helpOpen.value = false;
      }}
    >
      <dl>
        {keys.map(([key, what]) => (
          <div key={key}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
    </Panel>
  );
}

function onKey(event: KeyboardEvent): void {
  const { key, target } = event;
  const isText = target instanceof HTMLInputElement && target.type !== 'checkbox';
  if (key === 'Escape') {
    if (helpOpen.value) helpOpen.value = false;
    else if (place.value.id !== undefined) go(place.value.view);
    else if (isText) target.blur();
    return;
  }
  if (isText || target instanceof HTMLSelectElement || event.ctrlKey || event.metaKey || event.altKey) return;
  const view = views[Number(key) - 1];
  if (view !== undefined) go(view);
  else if (key === '/') document.querySelector<HTMLElement>('#filter')?.focus();
  else if (key === 't') nextTheme();
  else if (key === '?') helpOpen.value = true;
  else if ((key === 'ArrowDown' || key === 'j') && document.activeElement === document.body)
    document.querySelector<HTMLElement>('tr[tabindex]')?.focus();
  else return;
  event.preventDefault();
}

readToken();
readPlace();
applyTheme();
addEventListener('hashchange', () => {
  const isToken = location.hash.includes('token=');
  if (isToken) readToken();
  readPlace();
  if (isToken) void connect();
});
addEventListener('keydown', onKey);
const root = document.querySelector('#app');
if (root !== null) render(<App />, root);
void connect();
