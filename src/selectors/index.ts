/**
 * Chooses a route by how complex a request is.
 *
 * @module complexity
 */
export { type ByComplexityOptions, byComplexity } from './by-complexity.ts';
export { type Complexity, type ComplexityParts, complexityOf } from './complexity.ts';
