import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, it } from 'node:test';
import { settingsTemplate } from '../../../lib/settings/index.ts';
import { Installation } from '../../support/machine/installation.ts';
import { PATIENT } from '../../support/program.ts';

/** `rconfig edit` with a script for an editor, which finds the copy in "$1"; and the folder copies are made in. */
async function edited(here: Installation, script: string, env: NodeJS.ProcessEnv = {}, detached = false) {
  const copies = join(here.folder, 'copies');
  const editor = join(here.folder, 'my editor');
  mkdirSync(copies);
  writeFileSync(editor, `#!/bin/sh\n${script}\n`);
  chmodSync(editor, 0o755);
  const variables = { TMPDIR: copies, VISUAL: '', EDITOR: `'${editor}'`, FILE: here.file, ...env };
  const ended = await here.run(['--no-reload', 'edit'], { env: variables, detached });
  const kept = readdirSync(copies, { recursive: true, encoding: 'utf8' })
    .map((name) => join(copies, name))
    .find((path) => statSync(path).isFile());
  return { ...ended, copies, editor, kept };
}

describe('rconfig edit', { ...PATIENT, concurrency: 4 }, () => {
  it('replaces the file by what an editor makes of a copy that only we can read', async (t) => {
    const here = new Installation(t, 'port = 600 # mine\n');
    const script =
      'stat -c "%a %n" "$1" "$(dirname "$1")" >"$FILE.seen"; cat "$FILE" >>"$FILE.seen"\necho "backlog = 5" >>"$1"';
    const { stdout, stderr, status, copies, kept } = await edited(here, script);
    assert.deepEqual([stdout, stderr, status], [`${here.file} is changed\n`, '', 0]);
    assert.equal(here.text, 'port = 600 # mine\nbacklog = 5\n');
    const seen = readFileSync(`${here.file}.seen`, 'utf8').split('\n');
    assert.match(seen[0]!, /^600 .*\/rexecd\.toml$/);
    assert.match(seen[1]!, new RegExp(`^700 ${copies}/rconfig-\\w+$`));
    assert.equal(seen[2], 'port = 600 # mine', 'the file itself was not touched yet');
    assert.equal(kept, undefined);
    assert.deepEqual(readdirSync(copies), []);
  });

  it('keeps a bad copy and says where, and everything that is wrong; the file stays', async (t) => {
    const here = new Installation(t, 'port = 600\n', 'maxConnections = 1\n');
    const bad = 'port = "x"\n\nmaxConnections = 5\n';
    const { stdout, stderr, status, kept } = await edited(here, `printf '${bad}' >"$1"`);
    assert.deepEqual([stdout, status], ['', 1]);
    assert.equal(
      stderr,
      `rconfig: ${kept}:1: port: invalid value "x"; allowed: whole number from 0 to 65535
${kept}:3: limits.maxConnections: the policy file allows at most 1, not 5
${here.file} was not changed; your edits are kept in ${kept}\n`,
    );
    assert.equal(readFileSync(kept!, 'utf8'), bad);
    assert.equal(here.text, 'port = 600\n');
  });

  it('begins with the template where there is no file', async (t) => {
    const here = new Installation(t);
    const { stdout, status } = await edited(here, 'sed -i "0,/^# control = .*/s//control = \\"off\\"/" "$1"');
    assert.deepEqual([stdout, status], [`${here.file} is changed\n`, 0]);
    assert.equal(here.text, settingsTemplate().replace('# control = "auto"', 'control = "off"'));
  });

  it('makes no file of a template that is left as it is', async (t) => {
    const here = new Installation(t);
    const { stdout, stderr, status, copies } = await edited(here, ':');
    assert.deepEqual([stdout, stderr, status], [`${here.file} is unchanged\n`, '', 0]);
    assert.ok(!readdirSync(here.folder).includes('rexecd.toml'));
    assert.deepEqual(readdirSync(copies), []);
  });

  it('lets a broken file be put right', async (t) => {
    const here = new Installation(t, 'port = \n');
    const { stdout, stderr, status } = await edited(here, 'echo "port = 5" >"$1"');
    assert.deepEqual([stdout, stderr, status], [`${here.file} is changed\n`, '', 0]);
    assert.equal(here.text, 'port = 5\n');
  });

  it('does not undo what was changed meanwhile', async (t) => {
    const here = new Installation(t, 'port = 600\n');
    const script = 'echo "port = 1" >"$FILE"; echo "port = 2" >"$1"';
    const { stderr, status, kept } = await edited(here, script);
    assert.equal(
      stderr,
      `rconfig: ${here.file} was changed by another program in the meantime
${here.file} was not changed; your edits are kept in ${kept}\n`,
    );
    assert.equal(status, 1);
    assert.deepEqual([here.text, readFileSync(kept!, 'utf8')], ['port = 1\n', 'port = 2\n']);
  });

  it('says so when the editor fails, and keeps what it wrote', async (t) => {
    const here = new Installation(t, 'port = 600\n');
    const { stderr, status, editor, kept } = await edited(here, 'echo "port = 7" >"$1"; exit 3');
    assert.equal(
      stderr,
      `rconfig: the editor ('${editor}') failed with 3
${here.file} was not changed; your edits are kept in ${kept}\n`,
    );
    assert.deepEqual([status, here.text, readFileSync(kept!, 'utf8')], [1, 'port = 600\n', 'port = 7\n']);
  });

  it('keeps no copy that says nothing new', async (t) => {
    const here = new Installation(t, 'port = 600\n');
    const { stderr, status, editor, copies } = await edited(here, 'exit 9');
    assert.equal(stderr, `rconfig: the editor ('${editor}') failed with 9\n`);
    assert.deepEqual([status, readdirSync(copies)], [1, []]);
  });

  it('prefers VISUAL, which may have words of its own', async (t) => {
    const here = new Installation(t, 'port = 600\n');
    const { stdout } = await edited(here, 'exit 1', { VISUAL: 'sed -i s/600/601/' });
    assert.equal(stdout, `${here.file} is changed\n`);
    assert.equal(here.text, 'port = 601\n');
  });

  it('leaves Ctrl-C to the editor', async (t) => {
    const here = new Installation(t, 'port = 600\n');
    const script = `trap '' INT; kill -INT 0; echo 'port = 601' >"$1"`; // as a terminal does
    const { stdout, status } = await edited(here, script, {}, true);
    assert.deepEqual([stdout, status], [`${here.file} is changed\n`, 0]);
    assert.equal(here.text, 'port = 601\n');
  });

  it('keeps a copy that is no text', async (t) => {
    const here = new Installation(t, 'port = 600\n');
    const { stderr, kept } = await edited(here, `printf '# \\377\\n' >"$1"`);
    assert.equal(
      stderr,
      `rconfig: ${kept}: not UTF-8\n${here.file} was not changed; your edits are kept in ${kept}\n`,
    );
    assert.equal(dirname(dirname(kept!)), join(here.folder, 'copies'));
    assert.deepEqual(readFileSync(kept!), Buffer.from('# \xff\n', 'latin1'));
  });
});
