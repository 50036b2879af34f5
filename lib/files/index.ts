/** Files of others, read when they can be relied on, changed by one process at a time and never half. */
export { FileLockedError, locked } from './locked.ts';
export { plainBytes, plainText } from './plain-text.ts';
export { readTrusted, SECRET, type Trust } from './read-trusted.ts';
export { type Owner, ownerToKeep, replaceFile } from './replace-file.ts';
export { keepToOurselves, mustBePrivateOnWindows, ownRights, whoCanReplace } from './windows-files.ts';
export { type Forbidden, privateRights, readByService, type Stranger, strangerTo } from './windows-trust.ts';
