import type { SemanticIndex, SemanticItem } from './options.ts';

/** Maximum questions in memory; the oldest partitions are dropped first. */
const mostItems = 10_000;
/** Maximum questions of a partition, all of which a search compares. */
const mostPerPartition = 1_000;

/** Compares a question with all earlier ones of its partition. */
export function memoryIndex(): SemanticIndex {
  const partitions = new Map<string, SemanticItem[]>();
  let count = 0;
  return {
    search(partition, vector, most) {
      const items = partitions.get(partition) ?? [];
      return items
        .map(({ key, question, vector: own }) => ({ key, question, score: dot(own, vector) }))
        .sort((a, b) => b.score - a.score)
        .slice(0, most);
    },
    add(partition, item) {
      const items = (partitions.get(partition) ?? []).filter(({ key }) => key !== item.key);
      count -= partitions.get(partition)?.length ?? 0;
      partitions.delete(partition); // moves it to the end
      items.push(item);
      if (items.length > mostPerPartition) items.shift();
      partitions.set(partition, items);
      count += items.length;
      for (const [oldest, dropped] of partitions) {
        if (count <= mostItems || oldest === partition) break;
        partitions.delete(oldest);
        count -= dropped.length;
      }
    },
  };
}

/** A vector normalized to length 1; `undefined` for a zero vector. */
export function normalized(vector: readonly number[]): readonly number[] | undefined {
  const length = Math.sqrt(dot(vector, vector));
  return length > 0 && Number.isFinite(length) ? vector.map((value) => value / length) : undefined;
}

function dot(a: readonly number[], b: readonly number[]): number {
  if (a.length !== b.length) return -1;
  let sum = 0;
  for (const [index, value] of a.entries()) sum += value * (b[index] ?? 0);
  return sum;
}
