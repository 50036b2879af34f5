/** Several streams over one connection, for both ends. */
export { MUX_PROTOCOL, Mux } from './mux.ts';
