import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { describe, it } from 'node:test';
import { settingsTemplate } from '../../../lib/settings/index.ts';
import { Installation } from '../../support/machine/installation.ts';
import { PATIENT, type Program } from '../../support/program.ts';
import { ON_A_TERMINAL } from '../../support/terminal.ts';

const CONNECTIONS = /Connections at the same time \(one, many\) \[([^\]]*)\]: /;
const LOG =
  /Log the host, user and command of each session, in addition to errors \(no, yes\) \[([^\]]*)\]: /;
const DOMAIN = /Look up users who are not local as domain users \(no, yes\) \[([^\]]*)\]: /;
const WRITE = /Save these changes\? \(no, yes\) \[no\]: /;

/** Answers the questions one after the other, each when it is asked; what stood in their brackets. */
async function answer(form: Program, connections: string, log: string, domain: string): Promise<string[]> {
  const present: string[] = [];
  for (const [question, words] of [
    [CONNECTIONS, connections],
    [LOG, log],
    [DOMAIN, domain],
  ] as const) {
    present.push((await form.says(question))[1]!);
    form.child.stdin.write(`${words}\r`);
  }
  return present;
}

describe('the form of rconfig', { ...PATIENT, ...ON_A_TERMINAL, concurrency: 4 }, () => {
  it('asks for the settings of the page, shows what is to be changed, and writes it after a yes', async (t) => {
    const here = new Installation(t);
    const form = here.onTerminal(['--no-reload']);
    const present = await answer(form, 'one', 'yes', 'y');
    assert.deepEqual(present, ['many: 12000', 'no', 'no']);
    await form.says(WRITE);
    assert.ok(!existsSync(here.file), 'written before the yes');
    form.child.stdin.write('yes\r');
    const { stdout, status } = await form.end();
    assert.equal(status, 0);
    for (const line of [
      'limits.maxConnections: 12000 -> 1',
      'log.access: false -> true',
      'accounts.domainUsers: false -> true',
    ])
      assert.ok(stdout.includes(`  ${line}\r\n`), stdout);
    assert.ok(stdout.endsWith(`written to ${here.file}\r\n`), stdout);
    const chosen = here.text.split('\n').filter((line) => /^\w/.test(line));
    assert.deepEqual(chosen.sort(), ['access = true', 'domainUsers = true', 'maxConnections = 1']);
    assert.ok(here.text.startsWith(settingsTemplate().slice(0, 200)));
  });

  it('keeps by Enter what is shown, and has nothing to write then', async (t) => {
    const here = new Installation(t, 'maxConnections = 50 # ours\ndomainUsers = true\n');
    const form = here.onTerminal([]);
    assert.deepEqual(await answer(form, '', '', ''), ['many: 50', 'no', 'yes']);
    const { stdout, status } = await form.end();
    assert.match(stdout, /\r\nNothing to change\.\r\n$/);
    assert.equal(status, 0);
    assert.equal(here.text, 'maxConnections = 50 # ours\ndomainUsers = true\n');
  });

  it('goes back to a default by taking the setting out of the file', async (t) => {
    const here = new Installation(t, '# a\nmaxConnections = 1\nport = 600\ndomainUsers = true # b\n');
    const form = here.onTerminal(['--no-reload']);
    await answer(form, 'many', 'no', 'no');
    await form.says(WRITE);
    form.child.stdin.write('y\r');
    const { stdout } = await form.end();
    assert.ok(
      stdout.includes('  limits.maxConnections: 1 -> 12000\r\n  accounts.domainUsers: true -> false\r\n'),
      stdout,
    );
    assert.equal(here.text, '# a\nport = 600\n');
  });

  for (const [what, ending, status] of [
    ['a no', '\r', 0],
    ['Ctrl-D', '\x04', 1],
    ['Ctrl-C', '\x03', 1],
  ] as const)
    it(`writes nothing after ${what}`, async (t) => {
      const here = new Installation(t, 'port = 600\n');
      const form = here.onTerminal([]);
      await answer(form, 'one', '', '');
      await form.says(WRITE);
      form.child.stdin.write(ending);
      const ended = await form.end();
      assert.match(ended.stdout, /Nothing was changed\.\r\n$/);
      assert.equal(ended.status, status);
      assert.equal(here.text, 'port = 600\n');
    });

  it('asks again after an answer it does not know, and one the policy does not allow', async (t) => {
    const here = new Installation(t, 'port = 600\n', 'maxConnections = 1\n');
    const form = here.onTerminal([]);
    assert.equal((await form.says(CONNECTIONS))[1], 'one: 1');
    form.child.stdin.write('two\r');
    await form.says(/Please answer one or many\.\r\n/);
    form.child.stdin.write('many\r');
    await form.says(/limits\.maxConnections: the policy file allows at most 1, not 12000\r\n/);
    await answer(form, '', '', '');
    assert.match((await form.end()).stdout, /Nothing to change\.\r\n$/);
    assert.equal(here.text, 'port = 600\n');
  });
});
