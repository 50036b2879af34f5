/** Installs or removes the service of this machine, as argv[2] says, with more options in argv[3] (JSON). */
import { install, remove } from '../../../lib/service/index.ts';

const [, , deed, more = '{}'] = process.argv;
const options = {
  root: '/',
  dryRun: false,
  tell: console.log,
  program: { node: process.execPath, script: new URL('./service-stand-in.ts', import.meta.url).pathname },
  catalog: '',
  manPages: [],
  ...JSON.parse(more),
};
try {
  await (deed === 'install' ? install : remove)(options);
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
}
