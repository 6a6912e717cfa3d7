import { useEffect, useRef } from 'preact/hooks';
import uPlot from 'uplot';
import { theme } from './theme.ts';

/** One part of the stacks. */
export interface Series {
  readonly name: string;
  /** A custom property of the style, such as `--s1`. */
  readonly color: string;
  readonly values: readonly number[];
}

interface ChartProps {
  readonly label: string;
  /** Seconds since 1970. */
  readonly at: readonly number[];
  readonly series: readonly Series[];
  readonly format: (value: number) => string;
  /** The labels of the horizontal axis. */
  readonly formatTime: (seconds: number) => string;
  readonly height?: number;
  /** The index under the pointer; `undefined` if it leaves. */
  readonly onHover?: (index: number | undefined) => void;
}

/** Stacked bars over time. */
export function Chart(props: ChartProps) {
  const { label, at, series, height = 220 } = props;
  const holder = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot>(undefined);
  const latest = useRef(props);
  latest.current = props;
  const names = series.map(({ name, color }) => `${name} ${color}`).join('\n');

  useEffect(() => {
    const element = holder.current;
    if (element === null) return undefined;
    const made = new uPlot(optionsOf(element, latest), stacked(latest.current), element);
    plot.current = made;
    const resize = new ResizeObserver(() => made.setSize({ width: element.clientWidth, height }));
    resize.observe(element);
    return () => {
      resize.disconnect();
      made.destroy();
    };
  }, [names, theme.value, height]);
  useEffect(() => plot.current?.setData(stacked(latest.current)), [at, series]);
  return <div class="chart" ref={holder} role="img" aria-label={label} />;
}

/** The highest sum first, so that the smaller ones are drawn over it. */
function stacked({ at, series }: ChartProps): uPlot.AlignedData {
  const sums: number[][] = [];
  for (const { values } of series) {
    const below = sums.at(-1);
    sums.push(at.map((_, index) => (below?.[index] ?? 0) + (values[index] ?? 0)));
  }
  return [[...at], ...sums.reverse()];
}

function optionsOf(element: HTMLElement, latest: { readonly current: ChartProps }): uPlot.Options {
  const { series, height = 220 } = latest.current;
  const [ink, line] = [colorOf(element, '--dim'), colorOf(element, '--line')];
  const bars = uPlot.paths.bars?.({ size: [0.78, 40], radius: 0.08 });
  const axis = {
    stroke: ink,
    font: '11px system-ui',
    ticks: { show: false },
    grid: { stroke: line, width: 1 },
  };
  return {
    width: element.clientWidth,
    height,
    legend: { show: false },
    padding: [8, 22, 0, 0],
    cursor: { y: false, drag: { x: false, y: false }, points: { show: false } },
    scales: {
      x: { time: false, range: (_, min, max) => rangeOf(latest.current.at, min, max) },
      y: { range: (_, __, max) => [0, max > 0 ? 1.08 * max : 1] },
    },
    axes: [
      {
        ...axis,
        grid: { show: false },
        space: 70,
        size: 28,
        splits: (_, __, ___, ____, step) => splitsOf(latest.current.at, step),
        values: (_, splits) => splits.map((at) => latest.current.formatTime(at)),
      },
      { ...axis, size: 62, values: (_, splits) => splits.map((value) => latest.current.format(value)) },
    ],
    series: [
      {},
      ...series.toReversed().map(({ name, color }) => {
        const fill = colorOf(element, color);
        return {
          label: name,
          fill,
          stroke: fill,
          width: 0,
          points: { show: false },
          ...(bars === undefined ? {} : { paths: bars }),
        };
      }),
    ],
    hooks: { setCursor: [({ cursor: { idx } }) => latest.current.onHover?.(idx ?? undefined)] },
  };
}

/** Extends the axis by half a bar at both ends. */
function rangeOf(at: readonly number[], min: number, max: number): [number, number] {
  const step = at.length > 1 ? (max - min) / (at.length - 1) : 86_400;
  return [min - step / 2, max + step / 2];
}

/** Labels under bars: on whole minutes, or counted back from the last day. */
function splitsOf(at: readonly number[], step: number): number[] {
  const last = at.at(-1) ?? 0;
  const gap = at.length > 1 ? last - (at.at(-2) ?? 0) : 86_400;
  const every = Math.ceil(step / gap) * gap;
  if (gap >= 60) return at.filter((moment) => (last - moment) % every === 0);
  const minutes = Math.ceil(every / 60) * 60;
  return at.filter((moment) => moment % minutes === 0);
}

/** A canvas does not support custom properties. */
function colorOf(element: HTMLElement, name: string): string {
  const probe = document.createElement('i');
  probe.style.color = `var(${name})`;
  element.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}
