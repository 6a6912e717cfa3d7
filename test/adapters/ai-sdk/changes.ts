import type { Answered } from './answers.ts';

/**
 * What another answer tells otherwise: each line that is missing (`-`) or new (`+`), in order. Left out are metadata, whose
 * words are each provider's own, ids, and the zeros by which the AI SDK's providers stand for tokens that the vendor did not mention.
 */
export function changes(direct: Answered, other: Answered): readonly string[] {
  return difference(lines(direct), lines(other));
}

/** The longest common subsequence of two lists, as what has to be done to get from one to the other. */
function difference(before: readonly string[], after: readonly string[]): readonly string[] {
  const common: number[][] = Array.from({ length: before.length + 1 }, () => Array(after.length + 1).fill(0));
  const at = (i: number, j: number): number => common[i]?.[j] ?? 0;
  for (let i = before.length - 1; i >= 0; i--) {
    for (let j = after.length - 1; j >= 0; j--) {
      const same = before[i] === after[j];
      (common[i] as number[])[j] = same ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
    }
  }
  const out: string[] = [];
  for (let i = 0, j = 0; i < before.length || j < after.length; ) {
    if (i < before.length && j < after.length && before[i] === after[j]) {
      i += 1;
      j += 1;
    } else if (i < before.length && (j === after.length || at(i + 1, j) >= at(i, j + 1)))
      out.push(`- ${before[i++]}`);
    else out.push(`+ ${after[j++]}`);
  }
  return out;
}

type Step = {
  readonly content: readonly Answered[];
  readonly finishReason: string;
  readonly rawFinishReason?: string;
  readonly usage: Answered;
  readonly warnings: readonly Answered[];
  readonly response: Answered;
};

function lines(answered: Answered): readonly string[] {
  const {
    steps = [],
    parts = [],
    output,
    threw,
  } = answered as {
    steps?: readonly Step[];
    parts?: readonly Answered[];
    output?: unknown;
    threw?: string;
  };
  return [
    ...parts.map((part) => `part ${streamLine(part)}`),
    ...steps.flatMap((step) => [
      ...step.content.map((part) => `content ${line(part)}`),
      `finish ${step.finishReason} (${step.rawFinishReason})`,
      ...counts(step.usage).map((count) => `usage ${count}`),
      ...step.warnings.map((warning) => `warning ${line(warning)}`),
      `response ${step.response['id']} ${step.response['modelId']}`,
    ]),
    ...(output === undefined ? [] : [`output ${JSON.stringify(output)}`]),
    ...(threw === undefined ? [] : [`threw ${threw}`]),
  ];
}

/** The steps themselves show what ends a step or the whole. */
function streamLine(part: Answered): string {
  const type = String(part['type']);
  return /^(start-step|finish-step|finish)$/.test(type) ? type : line(part);
}

const ownWords = new Set(['providerMetadata', 'id', 'type']);

function line(part: Answered): string {
  const fields = Object.entries(part).filter(([name]) => !ownWords.has(name));
  return `${part['type']} ${sorted(Object.fromEntries(fields))}`;
}

function counts(usage: Answered, path = ''): readonly string[] {
  return Object.entries(usage).flatMap(([name, value]) => {
    if (name === 'raw') return [`raw ${sorted(value)}`];
    if (typeof value === 'object' && value !== null) return counts(value as Answered, `${name}.`);
    return value === 0 ? [] : [`${path}${name} ${value}`];
  });
}

function sorted(value: unknown): string {
  return JSON.stringify(value, (key, inner: unknown) =>
    key === 'providerMetadata'
      ? undefined
      : typeof inner === 'object' && inner !== null && !Array.isArray(inner)
        ? Object.fromEntries(Object.entries(inner).toSorted(([a], [b]) => (a < b ? -1 : 1)))
        : inner,
  );
}
