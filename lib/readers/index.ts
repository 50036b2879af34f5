/** Readers: the processes that read peers, without a privilege; root judges their reports. */
export { ReaderAccountError, readerAccount } from './account.ts';
export { ReaderProcess, type ReaderProcessOptions } from './reader-process.ts';
export { Readers } from './readers.ts';
