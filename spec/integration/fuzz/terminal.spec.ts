import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { PATIENT, run, temporaryFolder } from '../../support/program.ts';
import { PASSWORD, USER } from './broken/server.ts';

const SERVER = fileURLToPath(new URL('broken/serve.ts', import.meta.url));
const server = (bug = ''): string => `command:'${process.execPath}' '${SERVER}' ${bug && `'${bug}'`}`;
const LOUD = server('escape sequences in every answer');

/** Bytes that drive a terminal: C0 and C1 controls (here as UTF-8 and as single bytes), and DEL. */
const DRIVES = /[\x00-\x09\x0b-\x1f\x7f-\x9f\xad]/;

describe('rexec-fuzz (F4)', { ...PATIENT, concurrency: 3 }, () => {
  /** Runs the program in a folder of its own; all that it wrote, as latin1. */
  async function written(t: Parameters<typeof run>[0], ...words: string[]): Promise<string> {
    const folder = temporaryFolder(t);
    const password = join(folder, 'password');
    writeFileSync(password, `${PASSWORD}\n`, { mode: 0o600 });
    const script = join(folder, 'script');
    writeFileSync(script, 'send "\\0eve\\0x\\0:\\0"\nexpect end\n');
    const findings = join(folder, 'findings');
    const places = words[0] === 'replay' ? [] : ['--cases', '25', '--seed', '7', '--findings', findings];
    const args = words.map((word) => (word === 'SCRIPT' ? script : word));
    const { stdout, stderr } = await run(t, 'rexec-fuzz', [
      ...args,
      ...places,
      ...['-l', USER, '-P', password, '--bound', '0.5'],
    ]);
    const files = words[0] === 'replay' ? [] : readdirSync(findings).map((name) => join(findings, name));
    return [stdout, stderr, ...files.map((file) => readFileSync(file, 'latin1'))].join('');
  }

  for (const words of [
    ['replay', 'SCRIPT', LOUD],
    ['run', LOUD],
    ['differ', server(), LOUD],
  ])
    it(`drives no terminal with what ${words[0]} prints`, async (t) => {
      const all = await written(t, ...words);
      assert.match(all, /(?:31|N)mred/, 'the answer is shown'); // a cause has N for a number
      assert.doesNotMatch(all, DRIVES);
    });

  it('drives no terminal with the output of a server that does not start', async (t) => {
    const words = ['run', "command:printf '\\033[31mred\\233\\177'; exit 3"];
    const { stderr, status } = await run(t, 'rexec-fuzz', words);
    assert.equal(status, 69);
    assert.match(stderr, /31mred/);
    assert.doesNotMatch(stderr, DRIVES);
  });
});
