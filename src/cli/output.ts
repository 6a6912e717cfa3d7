/** The outputs of a command. */
export interface Output {
  out(text: string): void;
  err(text: string): void;
  /** The terminal that `err` writes to; `undefined` if it does not write to one. */
  readonly terminal?: { readonly columns: number };
}
