/**
 * The one importer of binary-parser. A layout is declared, and the package compiles it into a function: worth it for the
 * headers and payloads of mux frames. For a field of a request, which is all bytes before its NUL, all that it does for us
 * is call the function we gave it. It knows neither streams nor limits: where a field ends is found in field-buffer.ts.
 */
export { Parser } from 'binary-parser';
