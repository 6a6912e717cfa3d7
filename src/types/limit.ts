/** What a vendor says is left of one of its limits. */
export interface VendorLimit {
  readonly of: 'requests' | 'tokens';
  readonly remaining: number;
  /** What it is when nothing has been used. */
  readonly limit: number | undefined;
  /** Milliseconds until it is full again. */
  readonly resetAfter: number | undefined;
}
