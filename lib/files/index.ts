/** Files of others, read when they can be relied on, changed by one process at a time and never half. */
export { FileLockedError, locked } from './locked.ts';
export { plainBytes, plainText } from './plain-text.ts';
export { readTrusted, SECRET, type Trust } from './read-trusted.ts';
export { type Owner, ownerToKeep, replaceFile } from './replace-file.ts';
export { keepToOurselves, mustBePrivateOnWindows, whoCanReplace } from './windows-files.ts';
export {
  ADMINISTRATORS_ONLY,
  type Forbidden,
  ownersOnly,
  type Stranger,
  strangerTo,
} from './windows-trust.ts';
