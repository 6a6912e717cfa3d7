import { useSignal } from '@preact/signals';
import type { ComponentChildren, TargetedKeyboardEvent } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

/** A column of a table. `rank`: 1 hides it on narrow screens, 2 also on medium ones. */
export interface Column<Row> {
  readonly head: string;
  readonly hint?: string;
  readonly cell: (row: Row) => ComponentChildren;
  readonly number?: boolean;
  readonly rank?: 1 | 2;
  /** By what clicks on the head sort; numbers the largest first. */
  readonly sort?: (row: Row) => number | string;
}

/** A name that wraps after its slashes where it is too long for its column. */
export function Name({ of }: { readonly of: string }) {
  return (
    <span class="name">
      {of.split('/').flatMap((word, index) => (index === 0 ? [word] : ['/', <wbr key={index} />, word]))}
    </span>
  );
}

interface TableProps<Row> {
  readonly label: string;
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  readonly keyOf: (row: Row) => string;
  readonly selected?: string | undefined;
  readonly onOpen?: (row: Row) => void;
}

/** A table that can be sorted, and of which rows open by click or Enter. */
export function Table<Row>({ label, columns, rows, keyOf, selected, onOpen }: TableProps<Row>) {
  const by = useSignal<{ readonly head: string; readonly up: boolean } | undefined>(undefined);
  const sort = columns.find(({ head }) => head === by.value?.head)?.sort;
  const sorted =
    sort === undefined ? rows : rows.toSorted((a, b) => order(sort(a), sort(b)) * (by.value?.up ? -1 : 1));
  const turn = (head: string): void => {
    by.value = by.value?.head === head ? (by.value.up ? undefined : { head, up: true }) : { head, up: false };
  };
  return (
    <div class="scroll">
      <table aria-label={label}>
        <thead>
          <tr>
            {columns.map(({ head, hint, number, rank, sort: sortable }) => (
              <th
                key={head}
                title={hint}
                class={classes(number, rank)}
                aria-sort={by.value?.head === head ? (by.value.up ? 'ascending' : 'descending') : undefined}
              >
                {sortable === undefined ? (
                  head
                ) : (
                  <button type="button" onClick={() => turn(head)}>
                    {head}
                    <i>{by.value?.head === head ? (by.value.up ? ' ↑' : ' ↓') : ''}</i>
                  </button>
                )}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {sorted.map((row) => {
            const key = keyOf(row);
            const open =
              onOpen === undefined
                ? {}
                : { tabIndex: 0, onClick: () => onOpen(row), onKeyDown: keys(() => onOpen(row)) };
            return (
              <tr key={key} class={selected === key ? 'selected' : ''} {...open}>
                {columns.map(({ head, cell, number, rank }) => (
                  <td key={head} class={classes(number, rank)}>
                    {cell(row)}
                  </td>
                ))}
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

function order(a: number | string, b: number | string): number {
  return typeof a === 'number' && typeof b === 'number' ? b - a : a < b ? -1 : a > b ? 1 : 0;
}

function classes(number: boolean | undefined, rank: 1 | 2 | undefined): string {
  return `${number === true ? 'num ' : ''}${rank === undefined ? '' : `rank${rank}`}`;
}

/** Enter opens a row; the arrows move to the next one. */
function keys(open: () => void): (event: TargetedKeyboardEvent<HTMLElement>) => void {
  return (event) => {
    const { key, currentTarget } = event;
    if (key === 'Enter' || key === ' ') open();
    else if (key === 'ArrowDown' || key === 'j') focusOn(currentTarget.nextElementSibling);
    else if (key === 'ArrowUp' || key === 'k') focusOn(currentTarget.previousElementSibling);
    else return;
    event.preventDefault();
  };
}

function focusOn(element: Element | null): void {
  if (element instanceof HTMLElement) element.focus();
}

const tones: Readonly<Record<string, string>> = {
  healthy: 'good',
  success: 'good',
  failing: 'bad',
  failed: 'bad',
  unresponsive: 'bad',
  misconfigured: 'bad',
  recovering: 'warn',
  'cooling-down': 'warn',
  aborted: 'dim',
  abandoned: 'dim',
  running: 'info',
};

/** A state, by color and by word. */
export function State({ name, label = name }: { readonly name: string; readonly label?: string }) {
  return <span class={`state ${tones[name] ?? 'dim'}`}>{label}</span>;
}

export function Tile(props: {
  readonly label: string;
  readonly value: string;
  readonly note?: string;
  readonly tone?: string;
}) {
  return (
    <div class="tile">
      <span>{props.label}</span>
      <b class={props.tone ?? ''}>{props.value}</b>
      <small>{props.note ?? ' '}</small>
    </div>
  );
}

export function Empty({
  title,
  children,
}: {
  readonly title: string;
  readonly children?: ComponentChildren;
}) {
  return (
    <div class="empty">
      <b>{title}</b>
      <p>{children}</p>
    </div>
  );
}

/** Bars for a short series. */
export function Spark({ values }: { readonly values: readonly number[] }) {
  const top = Math.max(1, ...values);
  const bars = values.map((value, index) =>
    value === 0 ? '' : `M${index + 0.5} 10V${10 - Math.max(1, (9.5 * value) / top)}`,
  );
  return (
    <svg
      class="spark"
      viewBox={`0 0 ${Math.max(1, values.length)} 10`}
      preserveAspectRatio="none"
      aria-hidden="true"
    >
      <path d={bars.join('')} />
    </svg>
  );
}

/** A panel over the page, closed by Escape. */
export function Panel(props: {
  readonly title: string;
  readonly onClose: () => void;
  readonly children: ComponentChildren;
}) {
  const { title, onClose, children } = props;
  const close = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    const before = document.activeElement;
    close.current?.focus();
    return () => focusOn(before);
  }, []);
  return (
    <>
      <div class="shade" onClick={onClose} aria-hidden="true" />
      <div class="panel" role="dialog" aria-modal="true" aria-label={title}>
        <header>
          <h2>{title}</h2>
          <button type="button" ref={close} onClick={onClose} aria-label="Close">
            ✕
          </button>
        </header>
        {children}
      </div>
    </>
  );
}

/** Names and values, without those that are unknown. */
export function Pairs({ of }: { readonly of: readonly (readonly [string, ComponentChildren])[] }) {
  return (
    <dl>
      {of
        .filter(([, value]) => value !== null && value !== undefined && value !== '')
        .map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
    </dl>
  );
}
