/** US$ with enough digits to compare cheap requests. */
export function usd(amount: number): string {
  if (amount === 0) return '$0';
  const size = Math.abs(amount);
  const text =
    size >= 1
      ? size.toLocaleString('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 })
      : String(Number(size.toPrecision(3)));
  return `${amount < 0 ? '-' : ''}$${text}`;
}

/** A table for terminals; the first `left` columns are texts, the others numbers. */
export function table(head: readonly string[], rows: readonly (readonly string[])[], left: number): string {
  const widths = head.map((name, index) =>
    Math.max(name.length, ...rows.map((row) => row[index]?.length ?? 0)),
  );
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, index) =>
        index < left ? cell.padEnd(widths[index] ?? 0) : cell.padStart(widths[index] ?? 0),
      )
      .join('  ')
      .trimEnd();
  return `${[head, ...rows].map(line).join('\n')}\n`;
}
