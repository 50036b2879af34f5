/** The package publishes no types for its ESM entry; these are the same, from its CommonJS entry. */
declare module 'binary-parser' {
  export { Parser } from 'binary-parser/dist/binary_parser.js';
}
