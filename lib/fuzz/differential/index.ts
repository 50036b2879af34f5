/** Two servers, the same scripts. */
export { type CompareOptions, type Comparison, compare } from './compare.ts';
export { type Difference, type Explanation, parseExplanations } from './explanations.ts';
export { IN_REXECD } from './in-rexecd.ts';
