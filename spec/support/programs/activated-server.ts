/**
 * A program that a service manager starts with sockets: tells them as a line of JSON, with the variables that are left
 * and whether a child would inherit them; then answers every peer on each with its descriptor. Environments in
 * argv[2] (JSON; "mine" is its own number) are judged instead, and it ends.
 */
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { closeAllOnExec } from '../../../lib/native/index.ts';
import { activatedSockets } from '../../../lib/service/index.ts';

const [, , judged] = process.argv;
if (judged) {
  const environments = JSON.parse(judged.replaceAll('"mine"', `"${process.pid}"`));
  console.log(JSON.stringify(environments.map((each: NodeJS.ProcessEnv) => activatedSockets(each))));
} else {
  const sockets = activatedSockets();
  closeAllOnExec();
  const left = Object.keys(process.env).filter((name) => name.startsWith('LISTEN_'));
  const inherited = sockets.filter((fd) => !(flagsOf(fd) & 0o2000000));
  for (const fd of sockets) createServer((peer) => peer.end(`${fd}\n`)).listen({ fd });
  console.log(JSON.stringify({ sockets, left, inherited }));
}

function flagsOf(fd: number): number {
  return Number.parseInt(/^flags:\s*(\d+)/m.exec(readFileSync(`/proc/self/fdinfo/${fd}`, 'utf8'))![1]!, 8);
}
