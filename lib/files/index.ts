/** Files of others, changed without being half there. */
export { type Owner, replaceFile } from './replace-file.ts';
