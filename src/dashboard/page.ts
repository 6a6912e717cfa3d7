/**
 * The page: one HTML text with its script and style. Empty here; the build and the tests insert the output of `scripts/page.ts`.
 */
export const page: string = '';
