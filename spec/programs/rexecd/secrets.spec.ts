import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { PASSWORD, USER } from '../../support/daemon/daemon.ts';
import { DatagramReceiver } from '../../support/machine/datagram-receiver.ts';
import { Peer } from '../../support/peer.ts';
import { PATIENT, startRexecd, temporaryFolder, usersFileOf } from '../../support/program.ts';

const WRONG = 'Wr0ng-but-well-meant';
const LONG = 'L0ng-'.repeat(60);

/** Requests that bring a password in every way one can go wrong or right. */
const REQUESTS: Readonly<Record<string, string>> = {
  'the right password': `\0${USER}\0${PASSWORD}\0echo ran\0`,
  'a wrong one': `\0${USER}\0${WRONG}\0echo ran\0`,
  'one of an unknown user': `\0eve\0${WRONG}\0echo ran\0`,
  'one that is too long': `\0${USER}\0${LONG}\0echo ran\0`,
  'one whose request breaks off': `\0${USER}\0${WRONG}`,
  'one before a command that is not text': `\0${USER}\0${WRONG}\0\xff\xfe\0`,
  'one after a port that is none': `x\0${USER}\0${WRONG}\0true\0`,
};

describe('a password', PATIENT, () => {
  it('is in no sink of the log, whatever becomes of its login', async (t) => {
    const folder = temporaryFolder(t);
    const [syslog, journal] = ['log', 'journal'].map((name) => join(folder, name));
    const receivers = [syslog!, journal!].map((path) => new DatagramReceiver(t, path));
    const { daemon, port } = await startRexecd(t, [
      ...['--users', usersFileOf(t), '--log-level', 'debug', '--log-access', 'true'],
      ...['--log-sinks', 'console,file,syslog,journald', '--log-file', join(folder, 'rexecd.log')],
      ...['--log-syslog-socket', syslog!, '--log-journald-socket', journal!],
    ]);
    for (const bytes of Object.values(REQUESTS)) {
      const peer = await Peer.connect(t, { host: '127.0.0.1', port });
      await peer.send(bytes);
      peer.halfClose();
      await peer.toEnd();
    }
    daemon.child.kill('SIGTERM');
    const { stdout, stderr } = await daemon.end();
    const file = readdirSync(folder).find((name) => name === 'rexecd.log')!;
    const sinks = {
      console: `${stdout}${stderr}`,
      file: readFileSync(join(folder, file), 'latin1'),
      syslog: receivers[0]!.texts.join('\n'),
      journald: receivers[1]!.texts.join('\n'),
    };
    for (const [sink, text] of Object.entries(sinks)) {
      assert.match(text, /REXECD-300/, `${sink} was written`);
      for (const secret of [PASSWORD, WRONG, 'L0ng-L0ng'])
        assert.ok(!text.includes(secret), `${secret} in ${sink}`);
    }
  });
});
