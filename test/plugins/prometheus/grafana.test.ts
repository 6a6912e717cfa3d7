import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';

/**
 * Grafana itself cannot be had here, from npm or Debian. What it publishes are the types of its dashboards: the JSON is compiled against
 * them, as an object literal, so that a wrong name, word or shape is an error.
 */
const file = 'docs/grafana/signalbox.json';

interface Panel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly targets: readonly { readonly refId: string; readonly expr: string; readonly datasource: object }[];
  readonly fieldConfig: { readonly defaults: { readonly custom?: object } };
  readonly options: object;
}

interface Dashboard {
  readonly __inputs: readonly { readonly name: string }[];
  readonly __requires: readonly { readonly id: string; readonly type: string }[];
  readonly uid: string;
  readonly templating: { readonly list: readonly { readonly name: string }[] };
  readonly panels: readonly Panel[];
}

const dashboard = JSON.parse(readFileSync(file, 'utf8')) as Dashboard;

/** Grafana's types as JSON has them: a word instead of an enumeration's member, and what has a default may be left out. */
const types = `
import type { GraphFieldConfig, TableFieldOptions } from '@grafana/grafana-foundation-sdk/common';
import type { Dashboard, Panel } from '@grafana/grafana-foundation-sdk/dashboard';
import type { Dataquery } from '@grafana/grafana-foundation-sdk/prometheus';
import type { Options as stat } from '@grafana/grafana-foundation-sdk/stat';
import type { Options as table } from '@grafana/grafana-foundation-sdk/table';
import type { Options as timeseries } from '@grafana/grafana-foundation-sdk/timeseries';
type Json<T> = T extends string ? \`\${T}\` : T extends readonly (infer U)[] ? Json<U>[]
  : T extends object ? { [Name in keyof T]: Json<T[Name]> } : T;
type Some<T> = T extends readonly (infer U)[] ? Some<U>[] : T extends object ? { [Name in keyof T]?: Some<T[Name]> } : T;
`;

function problemsOf(code: string): readonly string[] {
  const name = join(process.cwd(), 'test/plugins/prometheus/the-dashboard.ts');
  const options: ts.CompilerOptions = {
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    types: [],
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
  };
  const host = ts.createCompilerHost(options);
  const { getSourceFile, fileExists, readFile } = host;
  Object.assign(host, {
    fileExists: (path: string) => path === name || fileExists(path),
    readFile: (path: string) => (path === name ? code : readFile(path)),
    getSourceFile: (path: string, language: ts.ScriptTarget) =>
      path === name ? ts.createSourceFile(name, code, language) : getSourceFile(path, language),
  });
  const program = ts.createProgram([name], options, host);
  return ts
    .getPreEmitDiagnostics(program)
    .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'));
}

function codeOf({ __inputs, __requires, panels, ...rest }: Dashboard): string {
  const parts = panels.flatMap(({ targets, options, type, fieldConfig, ...panel }, index) => [
    `export const panel${index}: Json<Omit<Panel, 'targets' | 'options'>> = ${JSON.stringify({ ...panel, type, fieldConfig })};`,
    `export const options${index}: Some<Json<${type}>> = ${JSON.stringify(options)};`,
    `export const queries${index}: Json<Omit<Dataquery, '_implementsDataqueryVariant'>>[] = ${JSON.stringify(targets)};`,
    `export const custom${index}: Some<Json<GraphFieldConfig & TableFieldOptions>> = ${JSON.stringify(fieldConfig.defaults.custom ?? {})};`,
  ]);
  return [
    types,
    `export const dashboard: Json<Omit<Dashboard, 'panels'>> = ${JSON.stringify(rest)};`,
    ...parts,
  ].join('\n');
}

describe('the dashboard for Grafana', () => {
  it('is valid by Grafana’s own types', { timeout: 120_000 }, () => {
    expect(problemsOf(codeOf(dashboard))).toEqual([]);
    // What it would not allow.
    const [first, ...others] = dashboard.panels;
    const wrong = {
      ...dashboard,
      panels: [{ ...first, gridPos: { x: 0, y: 0, width: 4, h: 4 } }, ...others],
    };
    expect(problemsOf(codeOf(wrong as never))).toHaveLength(1);
  });

  it('declares the data source and the kinds of panels that it uses', () => {
    const required = new Set(dashboard.__requires.map(({ type, id }) => `${type} ${id}`));
    for (const { type } of dashboard.panels) expect(required).toContain(`panel ${type}`);
    expect(dashboard.__inputs).toMatchObject([
      { name: 'DS_PROMETHEUS', type: 'datasource', pluginId: 'prometheus' },
    ]);
    for (const { datasource } of dashboard.panels.flatMap(({ targets }) => targets))
      expect(datasource).toEqual({ type: 'prometheus', uid: `\${${dashboard.__inputs[0]?.name}}` });
  });

  it('uses only variables that it declares', () => {
    const known = ['__range', '__rate_interval', ...dashboard.templating.list.map(({ name }) => name)];
    const used = dashboard.panels.flatMap(({ targets }) =>
      targets.flatMap(({ expr }) => [...expr.matchAll(/\$(\w+)/g)].map(([, name]) => name)),
    );
    expect(used.length).toBeGreaterThan(0);
    for (const name of used) expect(known).toContain(name);
  });

  it('has panels that fill 24 columns, do not overlap, and have unique ids and titles', () => {
    const cells = new Set<string>();
    for (const { gridPos, title } of dashboard.panels) {
      expect(gridPos.x + gridPos.w, title).toBeLessThanOrEqual(24);
      for (let x = gridPos.x; x < gridPos.x + gridPos.w; x++)
        for (let y = gridPos.y; y < gridPos.y + gridPos.h; y++) {
          expect(cells.has(`${x} ${y}`), title).toBe(false);
          cells.add(`${x} ${y}`);
        }
    }
    const bottom = Math.max(...dashboard.panels.map(({ gridPos: { y, h } }) => y + h));
    expect(cells.size).toBe(24 * bottom);
    expect(new Set(dashboard.panels.map(({ id }) => id)).size).toBe(dashboard.panels.length);
    expect(new Set(dashboard.panels.map(({ title }) => title)).size).toBe(dashboard.panels.length);
  });
});
