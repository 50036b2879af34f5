import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { PASSWORD, USER } from '../../support/daemon/daemon.ts';
import {
  findProgram,
  PATIENT,
  run,
  startRexecd,
  temporaryFolder,
  usersFileOf,
} from '../../support/program.ts';

const PROMTOOL = findProgram('promtool');

async function counting(t: TestContext) {
  const socket = join(temporaryFolder(t), 'run', 'control.sock');
  const { port } = await startRexecd(t, ['--users', usersFileOf(t), '--control', socket]);
  return {
    metrics: async (...words: string[]) =>
      (await run(t, 'rexecd', ['metrics', ...words, '--control', socket])).stdout,
    call: (user: string, password: string, command: string) =>
      run(t, 'rexec', ['-l', user, '-p', password, '--port', `${port}`, '127.0.0.1', command]),
  };
}

/** The numbers of a text, by name and labels. */
const numbersOf = (text: string): Record<string, number> =>
  Object.fromEntries(
    [...text.matchAll(/^(\w+(?:\{.*\})?) (\S+)$/gm)].map(([, name, value]) => [name, Number(value)]),
  );

describe('rexecd metrics', PATIENT, () => {
  it('counts sessions, logins and commands, at level error too', async (t) => {
    const { call, metrics } = await counting(t);
    assert.equal(numbersOf(await metrics())['rexecd_commands_total{end="0"}'], 0);
    await call(USER, PASSWORD, 'true');
    await call(USER, PASSWORD, 'exit 3');
    await call(USER, 'wrong', 'true');
    const numbers = numbersOf(await metrics());
    const got = [
      'rexecd_connections_total{listener="plain"}',
      'rexecd_logins_total{result="accepted"}',
      'rexecd_logins_total{result="refused"}',
      'rexecd_commands_total{end="0"}',
      'rexecd_commands_total{end="nonzero"}',
      'rexecd_command_start_seconds_count',
      'rexecd_login_seconds_count',
      'rexecd_events_total{id="REXECD-300",level="error"}',
      'rexecd_processes{role="reader"}',
    ].map((name) => numbers[name]);
    assert.deepEqual(got, [3, 2, 1, 1, 1, 2, 3, 1, 1]);
    const families = JSON.parse(await metrics('--json')) as { name: string; samples: unknown[] }[];
    assert.deepEqual(families.find(({ name }) => name === 'rexecd_logins_total')?.samples[1], {
      suffix: '',
      labels: { result: 'refused' },
      value: 1,
    });
  });

  it('shows nothing that a peer has chosen', async (t) => {
    const { call, metrics } = await counting(t);
    await call('evil"} 1\nrexecd_evil 7', 'evil', 'evil');
    await call(USER, PASSWORD, 'exit 0 # evil');
    const text = await metrics();
    assert.doesNotMatch(text, /evil/);
    assert.equal(numbersOf(text)['rexecd_logins_total{result="refused"}'], 1);
  });

  it('is what promtool accepts', { skip: !PROMTOOL && 'promtool (prometheus) is missing' }, async (t) => {
    const { call, metrics } = await counting(t);
    await call(USER, PASSWORD, 'true');
    const { stdout, stderr, status } = spawnSync(PROMTOOL!, ['check', 'metrics'], {
      input: await metrics(),
      encoding: 'utf8',
    });
    assert.deepEqual([stdout, stderr, status], ['', '', 0]);
  });
});
