import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '../../spec/support/free-port.ts';
import type { Bench } from '../question.ts';
import { accepting, lacks } from './debian.ts';
import { ACCOUNT, Host } from './host.ts';

/** Why ssh cannot be measured; false where it can. */
export const noSshd = (): string | false =>
  Host.noAccounts || lacks('sshd', 'openssh-server') || lacks('ssh', 'openssh-client');

/** An ssh client process for each session, as people and scripts use it. */
export interface Ssh {
  /** Runs a command over a connection of its own; what it writes. */
  readonly alone: (command: string) => Promise<string>;
  /** The same over one connection that all share (ControlMaster). */
  readonly shared: (command: string) => Promise<string>;
}

/** Starts sshd on a loopback port, with keys and settings of its own. */
export async function startSshd(bench: Bench, host: Host): Promise<Ssh> {
  const path = (name: string) => join(bench.folder, name);
  for (const name of ['host-key', 'user-key'])
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', path(name)]);
  writeFileSync(path('authorized-keys'), readFileSync(path('user-key.pub')), { mode: 0o644 });
  const port = await freePort();
  const settings = {
    ListenAddress: `127.0.0.1:${port}`,
    HostKey: path('host-key'),
    AuthorizedKeysFile: path('authorized-keys'),
    StrictModes: 'no', // the folder is below /tmp
    UsePAM: 'no',
    MaxStartups: '500',
    MaxSessions: '500',
    PidFile: 'none',
  };
  const lines = Object.entries(settings).map(([name, value]) => `${name} ${value}\n`);
  writeFileSync(path('sshd.conf'), lines.join(''));
  execFileSync('chmod', ['711', bench.folder]); // sshd reads the keys as the user
  host.start(bench, '/usr/sbin/sshd', ['-D', '-e', '-f', path('sshd.conf')]).stderr!.resume();
  await accepting(port);
  const options = ['-F', 'none', '-i', path('user-key'), '-p', `${port}`, '-o', 'BatchMode=yes'];
  const trust = [
    '-o',
    'StrictHostKeyChecking=no',
    '-o',
    'UserKnownHostsFile=/dev/null',
    '-o',
    'LogLevel=ERROR',
  ];
  const whom = [...options, ...trust, `${ACCOUNT.user}@127.0.0.1`];
  const master = host.start(bench, 'ssh', ['-M', '-N', '-S', path('control'), ...whom]);
  master.stderr!.resume();
  const alone = (command: string) => ssh([...whom, command]);
  await alone(':'); // by then the other connection is there too
  return { alone, shared: (command) => ssh(['-S', path('control'), ...whom, command]) };
}

async function ssh(words: readonly string[]): Promise<string> {
  const client = spawn('ssh', words, { stdio: ['ignore', 'pipe', 'pipe'] });
  let [out, said] = ['', ''];
  client.stdout.setEncoding('latin1').on('data', (text: string) => {
    out += text;
  });
  client.stderr.setEncoding('latin1').on('data', (text: string) => {
    said += text;
  });
  const [code] = await once(client, 'close');
  if (code !== 0) throw new Error(`ssh ended with ${code}: ${said.trim()}`);
  return out;
}
