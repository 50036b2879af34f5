/**
 * What an init script starts instead of the daemon: says what happens to it, listens on a free port, ends when it is
 * told to. Words change that: `fail`, `deaf` (never listens, on TCP), `late` (listens when /tmp/go is made), `stubborn`.
 */
import { existsSync, watch } from 'node:fs';
import { createServer } from 'node:net';

const words = process.argv.slice(2);
const variables = Object.keys(process.env).filter((name) =>
  /^(REXECD_|NODE_|LISTEN_|NOTIFY_|WATCHDOG_)/.test(name),
);
if (words.at(-1) === 'reload') {
  process.kill(Number(process.env.MAINPID), 'SIGHUP');
  process.exit();
}
console.log(`started in ${process.cwd()} with ${[...words, ...variables].join(' ')}`);
process.on('SIGHUP', () => console.log('hangup'));
process.on('SIGTERM', () => {
  console.log('told to end');
  if (!words.includes('stubborn')) process.exit();
});
if (words.includes('fail')) {
  console.error('stand-in: cannot do what it is for');
  process.exit(1);
}
const server = createServer();
if (words.includes('late')) {
  server.listen('/tmp/not-yet.sock'); // a socket, but none that peers can reach
  watch('/tmp', () => existsSync('/tmp/go') && createServer().listen());
} else server.listen(words.includes('deaf') ? '/tmp/deaf.sock' : undefined);
