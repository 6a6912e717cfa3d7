/** Reads the parts of a stream in order. */
export interface PartReader<Part> extends AsyncIterator<Part, undefined> {
  /**
   * The next part, if it has arrived and is not the last one, so that the parts of one packet need no promise each. `undefined`: call
   * `next`, which goes on from there.
   */
  ready?(): Exclude<Part, { readonly type: 'finish' }> | undefined;
}
