/**
 * Installs and removes the service of this machine: each word is `install` or `remove`, or JSON that changes the
 * options of all that follow. A line of dashes ends what each says.
 */
import { install, remove } from '../../../lib/service/index.ts';

let options = {
  root: '/',
  dryRun: false,
  tell: console.log,
  program: { node: process.execPath, script: new URL('./service-stand-in.ts', import.meta.url).pathname },
  catalog: '',
  messages: Buffer.alloc(0),
  manPages: [],
};
for (const word of process.argv.slice(2)) {
  if (word.startsWith('{')) {
    options = { ...options, ...JSON.parse(word) };
    continue;
  }
  try {
    await (word === 'install' ? install : remove)(options);
  } catch (error) {
    console.log((error as Error).message);
    process.exitCode = 1;
  }
  console.log('--');
}
