/** What a vendor says is left of one of its limits. */
export interface VendorLimit {
  readonly of: 'requests' | 'tokens' | 'input-tokens' | 'output-tokens';
  readonly remaining: number;
  /** What it is when nothing has been used. */
  readonly limit: number | undefined;
  /** Milliseconds until it is full again. */
  readonly resetAfter: number | undefined;
}

/** What may be sent, by the application's own declaration. */
export interface KeyLimits {
  /** Most requests at a time; more go elsewhere, or wait for a place. Default: no limit. */
  readonly concurrency?: number;
  /** Most requests in a minute; more go elsewhere, or wait. Default: no limit. */
  readonly rpm?: number;
  /**
   * Most tokens in a minute, in and out; more go elsewhere, or wait. Reserved by estimate, then settled by the vendor's
   * count. Default: no limit.
   */
  readonly tpm?: number;
}
