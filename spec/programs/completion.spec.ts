import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { describeSettings } from '../../lib/settings/index.ts';
import { cleanEnvironment, findProgram, PATIENT, type ProgramName, ROOT } from '../support/program.ts';

const KEYS = describeSettings().map(({ key }) => key);
const COMMANDS = [
  ...['get', 'set', 'unset', 'list', 'check', 'edit'],
  ...['explain', 'template', 'migrate', 'reload', 'completion'],
];

/** The completion runs no command of a group. */
const GROUPS = 'web = "web[1-2]"\ndb = ["db1:5512", "@web"]\ncloud = { command = ["false"] }\n';

/** Calls a shell's completion with words, the last of which is being typed; prints what it offers. */
const DRIVERS = {
  bash: `
    source "$1"; shift
    complete -p "$1" >/dev/null || exit 9
    COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMPREPLY=() COMP_LINE="$*" COMP_POINT=\${#COMP_LINE}
    _"$1" "$1" "\${!#}"
    printf '%s\\n' "\${COMPREPLY[@]}"`,
  zsh: `
    compdef() { [[ $* == "_$name $name" ]] }
    compadd() { [[ $1 == -- ]] && shift; print -l -- \${(M)@:#$PREFIX*} }
    _describe() { local -a offered=(\${\${(P)3}%%:*}); compadd -- $offered }
    _files() { print -l -- $PREFIX*(N) }
    name=$2; source "$1" || exit 9; shift
    words=("$@") CURRENT=$# PREFIX=$argv[-1]
    _$name`,
  fish: `
    source $argv[1]; or exit 9
    complete -C (string join ' ' -- $argv[2..]) | string replace -r '\\t.*' ''; or true`,
} as const;

/** What is typed, and what all of it may go on with. */
const CASES: Readonly<
  Record<ProgramName, readonly (readonly [words: string, offered: readonly string[]])[]>
> = {
  grconfig: [
    ['--v', ['--viewer', '--version']],
    ['--config ali', ['alice.toml']],
  ],
  rconfig: [
    ['', COMMANDS],
    ['un', ['unset']],
    ['get ', KEYS],
    ['explain limits.requestS', ['limits.requestSeconds']],
    ['unset log.', KEYS.filter((key) => key.startsWith('log.'))],
    ['get listen ', []],
    ['set launch.stderrChannel ', ['before-auth', 'after-auth', 'never']],
    ['set log.level w', ['warn']],
    ['set launch.profile ', ['true', 'false']],
    ['set listen ', []],
    ['--no-reload set accounts.shel', ['accounts.shells']],
    ['--config x.toml set accounts.shells u', ['usable']],
    ['--policy set get accounts.sh', ['accounts.shells']],
    ['completion ', ['bash', 'zsh', 'fish']],
    ['list --ch', ['--changed']],
    ['--no', ['--no-reload']],
    ['check ali', ['alice.toml']],
    ['--config ali', ['alice.toml']],
    ['template ', []],
  ],
  rexecd: [
    ['se', ['sessions']],
    ['sessions --w', ['--watch']],
    ['health --liv', ['--live']],
    ['--log-level ', ['error', 'warn', 'info', 'debug']],
    ['--log-level w', ['warn']],
    ['--config ali', ['alice.toml']],
    ['--port 512 stat', ['status']],
    ['unlock --liv', []],
    ['--port stat', []],
    ['kill ', []],
  ],
  rexec: [
    ['', ['@web', '@db', '@cloud', 'web1', 'web2', 'db1:5512']],
    ['we', ['web1', 'web2']],
    ['-w @', ['@web', '@db', '@cloud']],
    ['-w web2!@w', ['web2!@web']],
    ['--exclude web1,d', ['web1,db1:5512']],
    ['-l ada --hosts ada@w', ['ada@web1', 'ada@web2']],
    ['-w nothing', []],
    ['--pass', ['--password', '--password-file']],
    ['-l ada --ca ali', ['alice.toml']],
    ['host --strict --tim', ['--timeout']],
    ['--port ', []],
  ],
  'rexec-bench': [
    ['--json --seco', ['--seconds']],
    ['-P ali', ['alice.toml']],
  ],
  'rexec-fuzz': [
    ['', ['run', 'differ', 'replay', 'oracles']],
    ['replay ali', ['alice.toml']],
    ['replay x.txt ali', []],
    ['run codec --exc', ['--except']],
    ['differ --exp', ['--explained']],
    ['run --exp', []],
  ],
};

for (const shell of ['bash', 'zsh', 'fish'] as const)
  for (const [name, cases] of Object.entries(CASES)) {
    const program = findProgram(shell);
    describe(`completion of ${name} in ${shell}`, {
      ...PATIENT,
      skip: !program && `needs ${shell} (Debian: ${shell})`,
    }, () => {
      const folder = mkdtempSync(join(tmpdir(), 'rexec-completion-'));
      const file = join(folder, 'completion');
      const env = {
        ...cleanEnvironment(),
        HOME: folder,
        XDG_CONFIG_HOME: join(folder, 'config'),
        PATH: `${folder}:${process.env.PATH}`,
      };
      after(() => rmSync(folder, { recursive: true, force: true }));
      before(() => {
        const words = [join(ROOT, `lib/cli/${name}.ts`), '--completion', shell];
        const { stdout, stderr, status } = spawnSync(process.execPath, words, { env, encoding: 'utf8' });
        assert.deepEqual([stderr, status], ['', 0]);
        mkdirSync(join(folder, 'here'));
        writeFileSync(file, stdout);
        mkdirSync(join(folder, 'config', 'rexec'), { recursive: true });
        writeFileSync(join(folder, 'config', 'rexec', 'groups.toml'), GROUPS, { mode: 0o600 });
        const itself = `#!/bin/sh\nexec '${process.execPath}' '${join(ROOT, `lib/cli/${name}.ts`)}' "$@"\n`;
        writeFileSync(join(folder, name), itself, { mode: 0o755 });
        writeFileSync(join(folder, 'here', 'alice.toml'), '');
      });

      for (const [line, offered] of cases)
        it(`offers ${offered.length > 4 ? `${offered.length} words` : offered.join(', ') || 'nothing'} after ${JSON.stringify(line)}`, () => {
          const words = [name, ...line.split(' ')];
          const options = { env, cwd: join(folder, 'here'), encoding: 'utf8' } as const;
          const args = shell === 'fish' ? [] : shell === 'zsh' ? ['-f'] : ['--norc', '--noprofile'];
          const driver = ['-c', DRIVERS[shell], ...(shell === 'fish' ? [] : [shell]), file, ...words];
          const { stdout, stderr, status } = spawnSync(program!, [...args, ...driver], options);
          assert.deepEqual([stderr, status], ['', 0]);
          assert.deepEqual(stdout.split('\n').filter(Boolean).sort(), [...offered].sort());
        });
    });
  }

describe('rconfig completion', PATIENT, () => {
  it('prints the same as rconfig --completion', () => {
    const [one, other] = ['completion', '--completion'].map(
      (word) =>
        spawnSync(process.execPath, [join(ROOT, 'lib/cli/rconfig.ts'), word, 'fish'], {
          env: cleanEnvironment(),
          encoding: 'utf8',
        }).stdout,
    );
    assert.equal(one, other);
    assert.match(one!, /^# rconfig in fish/);
  });
});
