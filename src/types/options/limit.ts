/** Remaining capacity of one of a vendor's rate limits, as the vendor reports it. */
export interface VendorLimit {
  /** What the limit counts. */
  readonly of: 'requests' | 'tokens' | 'input-tokens' | 'output-tokens';
  /** How much is left of it now. */
  readonly remaining: number;
  /** Total capacity. */
  readonly limit: number | undefined;
  /** Milliseconds until the limit is fully restored. */
  readonly resetAfter: number | undefined;
}

/** Limits that the application declares for a key or target. */
export interface KeyLimits {
  /** Maximum number of concurrent requests; excess requests go to another target or wait. @default no limit */
  readonly concurrency?: number;
  /** Maximum requests per minute; excess requests go to another target or wait. @default no limit */
  readonly rpm?: number;
  /**
   * Maximum input and output tokens per minute; excess requests go to another target or wait. Tokens are
   * reserved by estimate, then settled with the vendor's count.
   *
   * @default no limit
   */
  readonly tpm?: number;
}
