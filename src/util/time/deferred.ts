type Outcome<T> = { readonly value: T } | { readonly error: unknown };

/** A promise that is settled from outside, and made when it is first read. An unhandled rejection is ignored. */
export class Deferred<T> {
  #promise: Promise<T> | undefined;
  #settle: ((outcome: Outcome<T>) => void) | undefined;
  #outcome: Outcome<T> | undefined;

  get promise(): Promise<T> {
    this.#promise ??= this.#make();
    return this.#promise;
  }

  resolve(value: T): void {
    this.#end({ value });
  }

  reject(error: unknown): void {
    this.#end({ error });
  }

  #end(outcome: Outcome<T>): void {
    if (this.#outcome !== undefined) return;
    this.#outcome = outcome;
    this.#settle?.(outcome);
  }

  #make(): Promise<T> {
    const promise = new Promise<T>((resolve, reject) => {
      this.#settle = (outcome) => {
        if ('value' in outcome) resolve(outcome.value);
        else reject(outcome.error);
      };
    });
    if (this.#outcome !== undefined) this.#settle?.(this.#outcome);
    promise.catch(() => {});
    return promise;
  }
}
