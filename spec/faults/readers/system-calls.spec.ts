import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { SYSTEM_CALLS } from '../../../lib/sandbox/system-calls.ts';
import { SCENARIOS } from '../../soak/scenarios.ts';
import { PASSWORD, request, USER } from '../../support/daemon/daemon.ts';
import { freePort } from '../../support/free-port.ts';
import { notRoot, PATIENT, startRexecd, usersFileOf } from '../../support/program.ts';
import { noStrace, trace } from '../../support/strace.ts';
import { noOpenssl, TlsBench } from '../../support/tls/tls.ts';
import { readers } from './readers-of.ts';

/** A call of strace's, whole or resumed: its name, and its error. */
const CALL = /^\d+ +(?:<\.\.\. )?(\w+)(?:\(| resumed>).* = (?:-?\d+|0x[0-9a-f]+|\?)(?: (E\w+))?/;

describe('the process that reads peers', { ...PATIENT, skip: notRoot || noOpenssl || noStrace }, () => {
  it('makes no system call that is not on the list, and none is refused, whatever peers do', async (t) => {
    const bench = new TlsBench();
    const tlsPort = await freePort();
    const { cert, key } = bench.identity;
    const { daemon, port } = await startRexecd(t, [
      ...[
        '--users',
        usersFileOf(t),
        '--lockout-failures',
        '0',
        '--drain-seconds',
        '0.3',
        '--kill-seconds',
        '0.3',
      ],
      ...['--listen', `127.0.0.1:0,tls:127.0.0.1:${tlsPort}`, '--tls-certificate', cert, '--tls-key', key],
    ]);
    const [reader] = readers(daemon.pid);
    const traced = await trace(t, reader!);

    for (const scenario of Object.values(SCENARIOS))
      await scenario(t, { port, user: USER, password: PASSWORD });
    const secure = bench.openssl(t, { tlsPort } as never, request('echo by TLS'));
    assert.equal((await secure.end()).stdout, '\0by TLS\n');

    const calls = (await traced.end()).flatMap((line) => {
      const [, name, error] = CALL.exec(line) ?? [];
      return name ? [{ name, error }] : [];
    });
    const names = [...new Set(calls.map(({ name }) => name))];
    for (const name of ['recvmsg', 'read', 'write', 'shutdown', 'epoll_ctl'])
      assert.ok(names.includes(name), `${name} was not seen (control)`);
    const known: readonly string[] = SYSTEM_CALLS;
    assert.deepEqual(
      names.filter((name) => !known.includes(name)),
      [],
    );
    assert.deepEqual(
      calls.filter(({ error }) => error === 'EPERM'),
      [],
    );
  });
});
