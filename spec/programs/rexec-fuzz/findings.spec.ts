import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { shrink } from '../../../lib/fuzz/campaign/shrink.ts';
import { parseScript, printScript } from '../../../lib/fuzz/index.ts';
import { PASSWORD, USER } from '../../integration/fuzz/broken/server.ts';
import { eventually } from '../../support/peer.ts';
import { PATIENT, Program, run, start, temporaryFolder } from '../../support/program.ts';

const SERVER = fileURLToPath(new URL('../../integration/fuzz/broken/serve.ts', import.meta.url));
const server = (bug: string): string => `command:'${process.execPath}' '${SERVER}' '${bug}'`;

/** A folder for findings, and the options of a run that writes them there. */
function place(folder: string): { findings: string; words: string[] } {
  const [findings, password] = [join(folder, 'the findings'), join(folder, 'password')];
  writeFileSync(password, `${PASSWORD}\n`, { mode: 0o600 });
  return { findings, words: ['--seed', '512', '--findings', findings, '-l', USER, '-P', password] };
}

/** Processes of a process group. */
const processesOf = (group: number): string[] =>
  readdirSync('/proc').filter((name) => {
    if (!/^\d+$/.test(name) || !existsSync(`/proc/${name}/stat`)) return false;
    const [, , own] = readFileSync(`/proc/${name}/stat`, 'latin1').split(') ')[1]?.split(' ') ?? [];
    return Number(own) === group;
  });

describe('a finding of rexec-fuzz', { ...PATIENT, concurrency: 2 }, () => {
  it('is in a file as soon as it is found, whatever ends the run (F2)', async (t) => {
    const { findings, words } = place(temporaryFolder(t));
    const bug = server('a refusal without a newline');
    const args = ['run', bug, '--cases', '9999999', ...words];
    const program = start(t, 'rexec-fuzz', args, { stdin: '', detached: true });
    const file = join(findings, 'answer.line-no-newline.rexec');
    await eventually(() => existsSync(file), 'a finding is written');
    process.kill(-program.pid, 'SIGKILL'); // with the server that it started
    assert.equal((await program.end()).status, 'SIGKILL');
    const text = readFileSync(file, 'latin1');
    assert.match(text, /^# answer\.line: no newline\n# expected: /);
    assert.ok(parseScript(text).steps.length > 0);
  });

  for (const signal of ['SIGTERM', 'SIGHUP'] as const)
    it(`is printed, and its server ended, when ${signal} ends the run (F2)`, async (t) => {
      const { findings, words } = place(temporaryFolder(t));
      const bug = server('a refusal without a newline');
      const args = ['run', bug, '--cases', '9999999', ...words];
      const program = start(t, 'rexec-fuzz', args, { stdin: '', detached: true });
      await eventually(() => /[1-9] findings?,/.test(program.stderr), 'a finding is counted');
      program.child.kill(signal);
      const { stdout, status } = await program.end();
      assert.equal(status, 1, stdout);
      assert.match(
        stdout,
        /1 found\nstopped early: interrupted\nanswer\.line: no newline \((?:1 time|\d+ times)\)\n/,
      );
      assert.deepEqual(readdirSync(findings), ['answer.line-no-newline.rexec']);
      const { pid } = program;
      assert.deepEqual(processesOf(pid), []);
    });

  it('stops being made smaller when the run is ended, and keeps what is left of it (F2)', async () => {
    const ending = new AbortController();
    let tries = 0;
    const small = await shrink(
      parseScript('wait 8\nsend "abcdefgh"\nwait 8'),
      async () => {
        tries += 1;
        if (tries === 2) ending.abort();
        return true;
      },
      { tries: 1000, ms: 60_000, signal: ending.signal },
    );
    assert.equal(tries, 2);
    assert.ok(printScript(small).length < 'wait 8\nsend "abcdefgh"\nwait 8\n'.length);
  });

  it('is one entry for each oracle, with a command line that shows it again (F5)', async (t) => {
    const { findings, words } = place(temporaryFolder(t));
    const bug = server('a refusal without a word');
    const { stdout, status } = await run(t, 'rexec-fuzz', ['run', bug, '--cases', '60', ...words]);
    assert.equal(status, 1);
    assert.match(stdout, /: 1 found\n/);
    assert.equal(stdout.match(/^answer\.missing: /gm)?.length, 1, stdout);
    assert.match(stdout, /^ {2}expected: a peer that is still reading gets the reason for a refusal$/m);
    assert.match(stdout, /^ {2}seen: {5}the connection is closed without a byte$/m);
    const also = [...stdout.matchAll(/^ {2}also: {5}.* \(\d+ times\): (.*)$/gm)].map(([, path]) => path!);
    assert.ok(also.length > 0, stdout);
    for (const path of also) assert.ok(existsSync(path) && path.startsWith(findings), path);
    const [, line = ''] = /^ {2}replay: {3}(.*)$/m.exec(stdout) ?? [];
    const again = await new Program(t, 'sh', ['-c', line], { stdin: '' }).end();
    assert.equal(again.status, 1, `${line}\n${again.stderr}`);
    assert.match(again.stdout, /^answer\.missing: /m);
  });

  it('of a difference has a command line for each of the two servers (F5)', async (t) => {
    const { words } = place(temporaryFolder(t));
    const two = [server('a refusal without a newline'), server('two refusals')];
    const { stdout, status } = await run(t, 'rexec-fuzz', ['differ', ...two, '--cases', '12', ...words]);
    assert.equal(status, 1, stdout);
    const entries = stdout.split(/^differs: /m).slice(1);
    assert.ok(entries.length > 0, stdout);
    assert.equal(entries[0]!.match(/^ {2}replay: {3}/gm)?.length, 2, entries[0]);
  });

  for (const bug of ['time that tells a name from a password', 'a field without a limit'])
    it(`that takes many sessions to see is seen again by its command line: ${bug} (F5)`, async (t) => {
      const { words } = place(temporaryFolder(t));
      const { stdout } = await run(t, 'rexec-fuzz', ['run', server(bug), '--cases', '0', ...words]);
      const [, oracle = 'none'] = /^(login\.time|growth\.memory): /m.exec(stdout) ?? [];
      const [, line = ''] = /^ {2}replay: {3}(.*)$/m.exec(stdout) ?? [];
      const again = await new Program(t, 'sh', ['-c', line], { stdin: '' }).end();
      assert.equal(again.status, 1, stdout + again.stderr);
      assert.ok(again.stdout.includes(`\n${oracle}: `), again.stdout);
    });
});
