/** Files of others, read when they can be relied on, changed without being half there. */
export { readTrusted, type Trust } from './read-trusted.ts';
export { type Owner, replaceFile } from './replace-file.ts';
