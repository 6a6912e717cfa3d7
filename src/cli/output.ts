/** Where a command writes. */
export interface Output {
  out(text: string): void;
  err(text: string): void;
  /** The terminal that `err` writes to; `undefined` if it is none. */
  readonly terminal?: { readonly columns: number };
}
