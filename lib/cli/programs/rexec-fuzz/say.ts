import { printableLines } from '../../../text/index.ts';

/** Writes lines on standard output. Control and invisible characters are escaped: parts may come from a server. */
export const say = (text: string): void => console.log(printableLines(text));
