// Stays and writes, and has a child that stays, until they are ended. The word is for who looks for them.
import { spawn } from 'node:child_process';

const [, self, word, isChild] = process.argv;
if (isChild) process.stdout.write('ready\n');
else spawn(process.execPath, [self, word, 'child'], { stdio: ['ignore', 'inherit', 'inherit'] });
setInterval(() => isChild || process.stdout.write('.\n'), 200);
