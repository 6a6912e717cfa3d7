/**
 * The page: one HTML text with its script and style. Empty here; the build puts in what `scripts/page.ts` makes of `page/`, and so do
 * the tests.
 */
export const page: string = '';
