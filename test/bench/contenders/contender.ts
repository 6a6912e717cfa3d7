/** Someone who is measured: how it asks, with the code that an application would write for it. */
export interface Client {
  /** @returns the text of the answer */
  chat(prompt: string): Promise<string>;
  /**
   * Reads a stream to its end.
   *
   * @param first called when the first text has come
   * @returns how many characters of text came
   */
  stream(first: () => void): Promise<number>;
  /**
   * Reads a stream of tool calls to its end.
   *
   * @param first called when the first of it has come
   * @returns the arguments of the calls, parsed
   */
  tools?(first: () => void): Promise<readonly unknown[]>;
  /**
   * Asks about a PNG picture.
   *
   * @returns the text of the answer
   */
  picture?(bytes: Uint8Array): Promise<string>;
}

/** Where a contender finds what it talks to. */
export interface Addresses {
  /** The vendors, without a path. */
  readonly vendor: string;
  /** The Portkey gateway, without a path; where it runs. */
  readonly gateway?: string | undefined;
}

/** Makes a client; throws an error that says why where that cannot be done. */
export type MakeClient = (addresses: Addresses) => Client | Promise<Client>;
