/** One time series, in the form that registries of `prom-client` and `@prometheus-io/client` read. */
export interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
  /** For the parts of a histogram: `…_bucket`, `…_sum`, `…_count`. */
  readonly metricName?: string;
}

/** A metric with all its time series. */
export interface Family {
  readonly name: string;
  readonly help: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  samples(): readonly Sample[];
}

/** A separator that no label contains. */
const separator = '\u0000';

/** The labels of a metric; series are found by the values. */
class Series<T> {
  readonly #names: readonly string[];
  readonly #all = new Map<string, { readonly labels: Readonly<Record<string, string>>; readonly value: T }>();

  constructor(names: readonly string[]) {
    this.#names = names;
  }

  of(values: readonly string[], make: () => T): T {
    const key = values.length === 1 ? (values[0] ?? '') : values.join(separator);
    const known = this.#all.get(key);
    if (known !== undefined) return known.value;
    const labels = Object.fromEntries(this.#names.map((name, index) => [name, values[index] ?? '']));
    const value = make();
    this.#all.set(key, { labels, value });
    return value;
  }

  list() {
    return [...this.#all.values()];
  }
}

/** A counter. Amounts may be whole numbers of a smaller unit: `scale` of them make one unit. */
export class Counter implements Family {
  readonly name: string;
  readonly help: string;
  readonly type = 'counter';
  readonly #scale: number;
  readonly #series: Series<{ sum: number }>;

  constructor(name: string, help: string, labels: readonly string[], scale = 1) {
    this.name = name;
    this.help = help;
    this.#scale = scale;
    this.#series = new Series(labels);
  }

  add(amount: number, ...labels: readonly string[]): void {
    this.#series.of(labels, () => ({ sum: 0 })).sum += amount;
  }

  samples(): readonly Sample[] {
    return this.#series.list().map(({ labels, value }) => ({ labels, value: value.sum / this.#scale }));
  }
}

export class Histogram implements Family {
  readonly name: string;
  readonly help: string;
  readonly type = 'histogram';
  readonly #bounds: readonly number[];
  readonly #series: Series<{ readonly counts: number[]; sum: number; count: number }>;

  /** @param bounds upper bounds of the buckets, ascending */
  constructor(name: string, help: string, labels: readonly string[], bounds: readonly number[]) {
    this.name = name;
    this.help = help;
    this.#bounds = bounds;
    this.#series = new Series(labels);
  }

  observe(value: number, ...labels: readonly string[]): void {
    const bounds = this.#bounds;
    const found = this.#series.of(labels, () => ({ counts: bounds.map(() => 0), sum: 0, count: 0 }));
    found.sum += value;
    found.count += 1;
    const at = bounds.findIndex((bound) => value <= bound);
    if (at !== -1) found.counts[at] = (found.counts[at] ?? 0) + 1;
  }

  samples(): readonly Sample[] {
    return this.#series.list().flatMap(({ labels, value: { counts, sum, count } }) => {
      let below = 0;
      const buckets = this.#bounds.map((bound, index) => {
        below += counts[index] ?? 0;
        return { metricName: `${this.name}_bucket`, labels: { ...labels, le: String(bound) }, value: below };
      });
      return [
        ...buckets,
        { metricName: `${this.name}_bucket`, labels: { ...labels, le: '+Inf' }, value: count },
        { metricName: `${this.name}_sum`, labels, value: sum },
        { metricName: `${this.name}_count`, labels, value: count },
      ];
    });
  }
}

/** A value that is read when it is scraped. */
export function gauge(name: string, help: string, samples: () => readonly Sample[]): Family {
  return { name, help, type: 'gauge', samples };
}

/** The text format, version 0.0.4: https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format */
export function toText(families: readonly Family[]): string {
  const lines: string[] = [];
  for (const family of families) {
    lines.push(`# HELP ${family.name} ${escaped(family.help)}`, `# TYPE ${family.name} ${family.type}`);
    for (const { metricName = family.name, labels, value } of family.samples()) {
      const pairs = Object.entries(labels).map(
        ([name, text]) => `${name}="${escaped(text).replaceAll('"', '\\"')}"`,
      );
      lines.push(`${metricName}${pairs.length === 0 ? '' : `{${pairs.join(',')}}`} ${value}`);
    }
  }
  return `${lines.join('\n')}\n`;
}

function escaped(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
}
