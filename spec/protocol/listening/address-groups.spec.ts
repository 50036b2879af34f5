import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Admission } from '../../../lib/daemon/accept/admission.ts';
import { Lockout } from '../../../lib/login/index.ts';
import { BOUNDED } from '../../support/daemon/daemon.ts';
import { DaemonProcess } from '../../support/daemon/daemon-process.ts';
import { noNetwork, PrivateNetwork } from '../../support/machine/private-network.ts';

/** Every address of the prefix is this host's. */
const NET_UP = 'ip -6 route add local 2001:db8::/32 dev lo; echo 1 > /proc/sys/net/ipv6/ip_nonlocal_bind';
const RUNS = /^\0/;
const BUSY = /^\x01Try again\.\n$/;

describe('a limit for each address (C7)', { ...BOUNDED, skip: noNetwork }, () => {
  it('is one for all addresses of an IPv6 /64, and one for each IPv4 address', async (t) => {
    const network = await PrivateNetwork.make(t, NET_UP);
    const settings = { host: '::', maxConnections: 100, maxConnectionsPerAddress: 3 };
    const daemon = await DaemonProcess.start(t, { through: network.entry, settings });
    const ask = (host: string, from: readonly string[]) =>
      network.peers(t, { host, port: daemon.port, from, command: 'exec sleep 600' });
    const one = await ask(
      '2001:db8::1',
      [1, 2, 3, 4, 5].map((n) => `2001:db8:0:7:${n}::${n}`),
    );
    const another = await ask('2001:db8::1', ['2001:db8:0:8::1']);
    const four = await ask(
      '127.0.0.1',
      [1, 2, 3, 4, 5].map((n) => `127.0.0.${n}`),
    );
    for (const answer of [...one.slice(0, 3), ...another, ...four]) assert.match(answer, RUNS);
    for (const answer of one.slice(3)) assert.match(answer, BUSY);
  });
});

describe('limits and lockouts (C7)', BOUNDED, () => {
  for (const [one, other] of [
    ['192.0.2.1', '192.0.2.1'],
    ['192.0.2.1', '192.0.2.2'],
    ['2001:db8::1', '2001:db8::ffff:0:0:1'],
    ['2001:db8::1', '2001:db8:0:1::1'],
    ['fe80::1%eth0', 'fe80::2%eth0'],
    ['::1', '127.0.0.1'],
  ] as const)
    it(`agree whether ${one} and ${other} are one address`, async () => {
      const admission = new Admission({ maxConnections: 9, maxConnectionsPerAddress: 1 });
      admission.enter(one);
      let together = false;
      try {
        admission.enter(other);
      } catch {
        together = true;
      }
      const lockout = new Lockout({ lockoutFailures: 1, lockoutSeconds: 60, longestLockoutSeconds: 60 });
      await lockout.failed('ada', one);
      assert.equal(lockout.blocks('ada', other) !== undefined, together);
    });

  it('give back the place of each address of a /64', () => {
    const admission = new Admission({ maxConnections: 9, maxConnectionsPerAddress: 2 });
    const leave = [admission.enter('2001:db8::1'), admission.enter('2001:db8::2')];
    assert.throws(() => admission.enter('2001:db8::3'), { code: 'REXEC_BUSY' });
    leave[1]!();
    leave[0]!();
    for (const address of ['2001:db8::3', '2001:db8::4']) admission.enter(address);
    assert.throws(() => admission.enter('2001:db8::5'), { code: 'REXEC_BUSY' });
  });
});
