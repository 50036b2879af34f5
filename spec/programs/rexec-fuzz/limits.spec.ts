import assert from 'node:assert/strict';
import { once } from 'node:events';
import { chmodSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { PASSWORD, USER } from '../../integration/fuzz/broken/server.ts';
import { freePort } from '../../support/free-port.ts';
import { eventually } from '../../support/peer.ts';
import { findProgram, PATIENT, Program, run, temporaryFolder } from '../../support/program.ts';

const INETD = findProgram('inetd');
const NEEDS_INETD = process.getuid?.() !== 0 ? 'needs root' : !INETD && 'needs inetd (Debian: openbsd-inetd)';
const SLOW = fileURLToPath(new URL('../../integration/fuzz/broken/slow-login.ts', import.meta.url));
const MAXIMUM = 40; // starts per minute

/** Starts Debian's inetd with a service that refuses every request; its port. */
async function startInetd(t: TestContext): Promise<number> {
  const folder = temporaryFolder(t);
  const [service, config] = [join(folder, 'service'), join(folder, 'inetd.conf')];
  writeFileSync(service, '#!/bin/sh\nprintf "\\001Try again.\\n"\nexec cat > /dev/null\n');
  chmodSync(service, 0o755);
  const port = await freePort();
  writeFileSync(config, `127.0.0.1:${port} stream tcp nowait.${MAXIMUM} root ${service} service\n`);
  new Program(t, INETD!, ['-i', config]);
  await eventually(async () => {
    const socket = connect({ host: '127.0.0.1', port });
    const [event] = await Promise.race([
      once(socket, 'connect').then(() => ['connect']),
      once(socket, 'close').then(() => ['close']),
    ]).catch(() => ['error']);
    socket.destroy();
    return event === 'connect';
  }, 'inetd listens');
  return port;
}

describe('rexec-fuzz', { ...PATIENT, concurrency: 2 }, () => {
  it('keeps most of its time for cases, and says which measurement was cut short (F3)', async (t) => {
    const folder = temporaryFolder(t);
    const password = join(folder, 'password');
    writeFileSync(password, `${PASSWORD}\n`, { mode: 0o600 });
    const target = `command:'${process.execPath}' '${SLOW}'`;
    const login = ['-l', USER, '-P', password, '--findings', join(folder, 'findings')];
    const { stdout } = await run(t, 'rexec-fuzz', ['run', target, '--seconds', '12', ...login]);
    const [, cases] = /: (\d+) cases in /.exec(stdout) ?? [];
    assert.ok(Number(cases) > 0, stdout);
    assert.match(
      stdout,
      /^not decided: login\.time(?:, growth\.memory)?; a quarter of --seconds was too short to measure$/m,
    );
  });

  it('reports the limit of inetd as what it is, not as a fault (F3)', { skip: NEEDS_INETD }, async (t) => {
    const port = await startInetd(t);
    const words = ['--cases', '2000', '--seed', '7', '--bound', '1'];
    const places = ['--findings', join(temporaryFolder(t), 'findings')];
    const { stdout } = await run(t, 'rexec-fuzz', ['run', `127.0.0.1:${port}`, ...words, ...places]);
    assert.match(stdout, /^stopped early: limit of inetd; inetd has stopped the service for 10 minutes/m);
    assert.doesNotMatch(stdout, /alive\./);
    const [, cases] = /: (\d+) cases in /.exec(stdout) ?? [];
    assert.ok(Number(cases) < 2000, stdout);
  });
});
