/** Several streams over one connection, for both ends. */
export { Mux } from './mux.ts';
