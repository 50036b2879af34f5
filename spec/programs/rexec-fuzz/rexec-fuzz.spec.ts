import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { ORACLES } from '../../../lib/fuzz/index.ts';
import { PASSWORD, USER } from '../../integration/fuzz/broken/server.ts';
import { PATIENT, run, start, temporaryFolder } from '../../support/program.ts';

const SERVER = fileURLToPath(new URL('../../integration/fuzz/broken/serve.ts', import.meta.url));
const server = (bug = ''): string => `command:'${process.execPath}' '${SERVER}' ${bug && `'${bug}'`}`;

/** Options of a good login at a server of spec/integration/fuzz/broken. */
function login(folder: string): string[] {
  const file = join(folder, 'password');
  writeFileSync(file, `${PASSWORD}\n`, { mode: 0o600 });
  return ['-l', USER, '-P', file];
}

function fileWith(t: TestContext, text: string): string {
  const path = join(temporaryFolder(t), 'file');
  writeFileSync(path, text);
  return path;
}

describe('rexec-fuzz', { ...PATIENT, concurrency: 3 }, () => {
  it('keeps a script of what it finds, which replays', async (t) => {
    const folder = temporaryFolder(t);
    const bug = server('a refusal without a newline');
    const [findings, summary] = [join(folder, 'findings'), join(folder, 'summary.html')];
    const words = [
      '--seed',
      '512',
      '--cases',
      '60',
      '--findings',
      findings,
      '--summary',
      summary,
      ...login(folder),
    ];
    const { stdout, status } = await run(t, 'rexec-fuzz', ['run', bug, ...words]);
    assert.equal(status, 1, stdout);
    assert.match(stdout, /60 cases in .* seed 512: 1 found\nanswer\.line: no newline \(\d+ times\)\n/);
    assert.deepEqual(readdirSync(findings), ['answer.line-no-newline.rexec']);
    assert.match(readFileSync(summary, 'utf8'), /<h3>answer\.line: no newline<\/h3>/);
    const script = join(findings, 'answer.line-no-newline.rexec');
    const again = await run(t, 'rexec-fuzz', ['replay', script, bug, ...login(folder)]);
    assert.equal(again.status, 1);
    assert.match(again.stdout, /^answer\.line: no newline: /m);
    const right = await run(t, 'rexec-fuzz', ['replay', script, server(), ...login(folder)]);
    assert.deepEqual([right.status, right.stdout.split('\n').at(-2)], [0, 'no problem found']);
  });

  it('finds nothing in the codec, the monitor and the daemon', async (t) => {
    const { stdout, status } = await run(t, 'rexec-fuzz', [
      'run',
      'codec',
      'monitor',
      'daemon',
      '--seed',
      '7',
      '--cases',
      '50',
    ]);
    assert.match(
      stdout,
      /^codec: 1000 cases .*: nothing found\nmonitor: 50 cases .*: nothing found\ndaemon: 50 cases .*: nothing found\n$/,
    );
    assert.equal(status, 0);
  });

  it('tells how two servers differ, and not what is explained', async (t) => {
    const folder = temporaryFolder(t);
    const two = [server(), server('two refusals'), '--cases', '25', '--findings', join(folder, 'findings')];
    const words = ['differ', ...two, '--seed', '512', ...login(folder)];
    const plain = await run(t, 'rexec-fuzz', words);
    assert.equal(plain.status, 1, plain.stderr);
    const because = 'the second one says it twice';
    const list = fileWith(t, JSON.stringify([{ because, aspect: 'output', other: 'Try again' }]));
    const explained = await run(t, 'rexec-fuzz', [...words, '--explained', list]);
    assert.equal(explained.status, 0, explained.stdout);
    assert.match(explained.stdout, new RegExp(`^explained \\d+ times: ${because}$`, 'm'));
  });

  it('says what was found so far when it is interrupted', async (t) => {
    const program = start(t, 'rexec-fuzz', ['run', 'codec', '--cases', '9999999'], { stdin: '' });
    while (!/\d+ cases, 0 findings/.test(program.stderr))
      await new Promise((resolve) => program.child.stderr.once('data', resolve));
    program.child.kill('SIGINT');
    const { stdout, status } = await program.end();
    assert.equal(status, 130);
    assert.match(
      stdout,
      /^codec: \d+ cases in .*: (?:nothing found|no problem found)\nstopped early: interrupted\n$/,
    );
  });

  it('lists what it looks for', async (t) => {
    const { stdout } = await run(t, 'rexec-fuzz', ['oracles']);
    assert.deepEqual(
      [...stdout.matchAll(/^\S+/gm)].map(([id]) => id),
      Object.keys(ORACLES),
    );
  });

  for (const [what, words, status, message] of [
    ['another host', ['run', '192.0.2.1:512'], 77, /192\.0\.2\.1, which is not a loopback address/],
    ['no target', ['run', 'nowhere'], 64, /no such target: nowhere/],
    ['nobody who answers', ['run', '127.0.0.1:1'], 69, /no answer/],
    [
      'a user without a password',
      ['run', '127.0.0.1:1', '-l', 'ada'],
      64,
      /--user and --password-file must be given together/,
    ],
    ['a number that is none', ['run', 'codec', '--cases', 'many'], 64, /Must be a whole number/],
    [
      'a difference to the monitor',
      ['differ', 'monitor', 'daemon'],
      64,
      /differ compares servers; monitor is/,
    ],
    ['an oracle that there is not', ['run', 'codec', '--except', 'luck'], 64, /There is no oracle luck/],
  ] as const)
    it(`ends with ${status} for ${what}`, async (t) => {
      const ended = await run(t, 'rexec-fuzz', words);
      assert.equal(ended.status, status);
      assert.match(ended.stderr, message);
      assert.match(ended.stderr, /^rexec-fuzz: .*\n$/);
    });

  it('ends with 65 for a script that is for another kind of target', async (t) => {
    const [server, monitor] = [fileWith(t, 'send "x"'), fileWith(t, 'reader request')];
    for (const [script, target, message] of [
      [server, 'monitor', 'a step "send" is not for the monitor'],
      [monitor, 'codec', 'a step "reader" is not for a server or the codec'],
      [monitor, 'daemon', 'a step "reader" is not for a server or the codec'],
    ] as const) {
      const { stderr, status } = await run(t, 'rexec-fuzz', ['replay', script, target]);
      assert.deepEqual([stderr, status], [`rexec-fuzz: ${message}\n`, 65]);
    }
  });

  it('ends with 65 for a script or a list that is none', async (t) => {
    const script = await run(t, 'rexec-fuzz', ['replay', fileWith(t, 'jump'), 'codec']);
    assert.deepEqual([script.status, /line 1: expected connect, /.test(script.stderr)], [65, true]);
    const words = ['differ', 'daemon', 'daemon', '--explained', fileWith(t, '[{}]')];
    const list = await run(t, 'rexec-fuzz', words);
    assert.deepEqual([list.status, list.stderr], [65, 'rexec-fuzz: entry 1: because is missing\n']);
  });
});
