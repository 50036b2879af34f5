import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { lookupService } from 'node:dns/promises';
import { once } from 'node:events';
import { type AddressInfo, isIP, type Server } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { exec, type RemoteCommand } from '../../lib/client/index.ts';
import { outcome } from '../support/fake-daemon.ts';
import { findProgram, PATIENT, run } from '../support/program.ts';
import { listenLikeInetd } from './fixtures/inetd.ts';

const IN_REXECD = findProgram('/usr/sbin/in.rexecd');
const HOST = '127.0.0.1';
const USER = `rexec-${randomBytes(3).toString('hex')}`; // it takes no more than 15 bytes of each
const PASSWORD = randomBytes(6).toString('hex');

/** What this machine lacks, if anything: in.rexecd wants a name for its peer's address. */
async function missing(): Promise<string | false> {
  if (!IN_REXECD) return 'needs in.rexecd (Debian: rsh-server)';
  if (process.getuid?.() !== 0) return 'needs root, to make an account and to serve it';
  const { hostname } = await lookupService(HOST, 512).catch(() => ({ hostname: HOST }));
  return isIP(hostname) !== 0 && `needs a name for ${HOST} (in /etc/hosts)`;
}

describe("our client on Debian's in.rexecd", { ...PATIENT, skip: await missing() }, () => {
  let inetd: Server;
  let port: number;
  const call = (command: string, password = PASSWORD, stderrChannel = true): RemoteCommand =>
    exec(HOST, command, { user: USER, password, port, stderrChannel });

  before(async () => {
    execFileSync('/usr/sbin/useradd', ['--create-home', '--shell', '/bin/sh', USER]);
    execFileSync('/usr/sbin/chpasswd', { input: `${USER}:${PASSWORD}\n` });
    inetd = listenLikeInetd(IN_REXECD!);
    await once(inetd, 'listening');
    port = (inetd.address() as AddressInfo).port;
  });
  after(() => {
    inetd?.close();
    execFileSync('/usr/sbin/userdel', ['--remove', USER], { stdio: 'ignore' });
  });

  it('gets stdout and stderr apart, and no exit status', async () => {
    const { stdout, stderr, ended } = await outcome(call('id -un; echo err >&2; exit 7'));
    assert.deepEqual([stdout, stderr, ended], [`${USER}\n`, 'err\n', 'not told']);
  });

  it('gets both together without a stderr channel', async () => {
    const { stdout, stderr, ended } = await outcome(call('echo out; echo err >&2', PASSWORD, false));
    assert.deepEqual([stdout, stderr, ended], ['out\nerr\n', null, 'not told']);
  });

  it('half-closes and reads the rest', async () => {
    const bytes = randomBytes(4 * 1024 * 1024);
    const remote = call('cat; echo over >&2');
    remote.stdin.end(bytes);
    const { stdout, stderr } = await outcome(remote);
    assert.equal(stderr, 'over\n');
    assert.ok(Buffer.from(stdout, 'latin1').equals(bytes));
  });

  it('is left without a word for a wrong password', async () => {
    const { ended, message } = await outcome(call('true', 'wrong'));
    assert.deepEqual([ended, message], ['REXEC_LOST', 'the connection ended before the daemon answered']);
  });

  it('reads why a long name is refused', async () => {
    const remote = exec(HOST, 'true', { user: 'u'.repeat(16), password: PASSWORD, port });
    const { ended, message } = await outcome(remote);
    assert.deepEqual([ended, message], ['REXEC_REFUSED', 'username too long']);
  });

  it('as a program exits with 0, for the status is not told', async (t) => {
    const words = ['-l', USER, '-p', PASSWORD, '--port', `${port}`, HOST, 'echo out; echo err >&2; exit 7'];
    assert.deepEqual(await run(t, 'rexec', words), { stdout: 'out\n', stderr: 'err\n', status: 0 });
  });

  it('as a program exits with 74 for a wrong password', async (t) => {
    const words = ['-l', USER, '-p', 'wrong', '--port', `${port}`, HOST, 'true'];
    const { stderr, status } = await run(t, 'rexec', words);
    assert.equal(status, 74);
    assert.match(
      stderr,
      /: login: the connection ended before the daemon answered\n.* check user and password/,
    );
  });
});
