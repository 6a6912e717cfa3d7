import { answerPlaces, places } from './faces/index.ts';
import { type Cell, kinds, whyNot } from './kinds.ts';
import { modes, type Trial } from './matrix.ts';

const cells: readonly Cell[] = [
  ...places.map((place) => `to vendor: ${place}` as const),
  ...answerPlaces.map((place) => `to caller: ${place}` as const),
  ...answerPlaces.map((place) => `restored: ${place}` as const),
];

/** Held, of tried. */
function score(trials: readonly Trial[]): string {
  if (trials.length === 0) return '–';
  return `${trials.filter(({ holds }) => holds).length}/${trials.length}`;
}

function toTable(heads: readonly string[], lines: readonly (readonly string[])[]): string {
  return [heads, heads.map(() => '---'), ...lines].map((line) => `| ${line.join(' | ')} |`).join('\n');
}

/** Interfaces by places, over all guards. */
export function byFace(trials: readonly Trial[]): string {
  const faces = [...new Set(trials.map(({ face }) => face))];
  const lines = faces.flatMap((face) =>
    modes.map((mode) => {
      const own = trials.filter((each) => each.face === face && each.mode === mode);
      return [`${face}, ${mode}`, ...cells.map((cell) => score(own.filter((each) => each.cell === cell)))];
    }),
  );
  return toTable(['interface', ...cells], lines);
}

/** Guards by interfaces, over all places. */
export function byKind(trials: readonly Trial[]): string {
  const faces = [...new Set(trials.map(({ face }) => face))];
  const lines = kinds.map(({ name }) => {
    const own = trials.filter(({ kind }) => kind === name);
    const scores = faces.flatMap((face) =>
      modes.map((mode) => score(own.filter((each) => each.face === face && each.mode === mode))),
    );
    return [name, ...scores];
  });
  return toTable(['guard', ...faces.flatMap((face) => modes.map((mode) => `${face}, ${mode}`))], lines);
}

/** Guards by places, over all interfaces. */
export function byPlace(trials: readonly Trial[]): string {
  const lines = kinds.map(({ name }) => {
    const own = trials.filter(({ kind }) => kind === name);
    return [name, ...cells.map((cell) => score(own.filter((each) => each.cell === cell)))];
  });
  return toTable(['guard', ...cells], lines);
}

/** Why guards are not tried at some places. */
export function reasons(): string {
  return kinds
    .flatMap((kind) => {
      const why = new Map<string, string[]>();
      for (const cell of cells) {
        const reason = cell.startsWith('restored') ? undefined : whyNot(kind, cell);
        if (reason !== undefined && reason !== 'gives values back')
          why.set(reason, [...(why.get(reason) ?? []), cell]);
      }
      return [...why].map(([reason, at]) => `- ${kind.name}: ${reason} (not ${at.join(', ')})`);
    })
    .join('\n');
}
