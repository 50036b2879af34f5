import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { PASSWORD, USER } from '../../../support/daemon/daemon.ts';
import { findProgram, PATIENT, Program, ROOT } from '../../../support/program.ts';

const HOSTS = Array.from(
  { length: 200 },
  (_, index) => `127.1.${Math.floor(index / 50)}.${(index % 50) + 1}`,
);
const LIST = '127.1.[0-3].[1-50]';
const NODE = process.execPath;
const skip =
  (process.getuid?.() !== 0 && 'a network of its own takes root') ||
  (!findProgram('ip') && 'needs ip (Debian: iproute2)') ||
  (spawnSync('unshare', ['--net', 'true']).status !== 0 && 'network namespaces cannot be made here');

/** One daemon on all addresses of a network that nobody else is in; it lets everybody in. */
async function daemonEverywhere(t: TestContext): Promise<{ inside: readonly string[]; port: string }> {
  const settings = JSON.stringify({ host: '0.0.0.0', maxConnectionsPerAddress: HOSTS.length });
  const rexecd = [NODE, join(ROOT, 'spec/support/programs/daemon-process.ts'), settings];
  const daemon = new Program(t, 'unshare', [
    '--net',
    'sh',
    '-ec',
    'ip link set lo up; exec "$@"',
    'sh',
    ...rexecd,
  ]);
  const [, port = ''] = await daemon.says(/"port":(\d+)/);
  return { inside: [`--net=/proc/${daemon.pid}/ns/net`, NODE, join(ROOT, 'lib/cli/rexec.ts')], port };
}

describe(`rexec on ${HOSTS.length} hosts`, { ...PATIENT, skip }, () => {
  it('runs the command on every one, with input, output, errors and exit status of each', async (t) => {
    const { inside, port } = await daemonEverywhere(t);
    const words = ['-l', USER, '-p', PASSWORD, '--port', port, '-w', LIST, '--max-parallel', '64'];
    const command = 'read line; echo "got $line"; echo err >&2; exit 3';
    const begun = performance.now();
    const rexec = new Program(t, 'nsenter', [...inside, ...words, '--json', command], { stdin: 'input\n' });
    const { stdout, stderr, status } = await rexec.end();
    t.diagnostic(`${HOSTS.length} hosts, 64 at once: ${((performance.now() - begun) / 1000).toFixed(1)} s`);
    const told = stdout
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line));
    assert.deepEqual(told.map(({ host }) => host).sort(), [...HOSTS].sort());
    for (const { exit, error, stdout: out, stderr: err } of told)
      assert.deepEqual({ exit, error, out, err }, { exit: 3, error: null, out: 'got input\n', err: 'err\n' });
    assert.deepEqual([stderr, status], ['', 3]);
  });

  it('shows equal outputs once', async (t) => {
    const { inside, port } = await daemonEverywhere(t);
    const words = ['-l', USER, '-p', PASSWORD, '--port', port, '-w', LIST, '--collect', 'echo all the same'];
    const { stdout, stderr, status } = await new Program(t, 'nsenter', [...inside, ...words], {
      stdin: '',
    }).end();
    assert.equal(status, 0, stderr);
    assert.match(stdout, /^== \S+ \(exit 0\)\nall the same\n$/);
    assert.match(stderr, /rexec: 200 of 200 hosts succeeded\n$/);
  });
});
