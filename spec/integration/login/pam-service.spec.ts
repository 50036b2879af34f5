import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { checkPamService, hasSessionModules, PamServiceError } from '../../../lib/login/pam/service.ts';
import { BOUNDED } from '../../support/daemon/daemon.ts';
import { Machine, noMachine } from '../../support/machine/machine.ts';

const MODULES = {
  base: new URL('../../../lib/base/index.ts', import.meta.url).href,
  service: new URL('../../../lib/login/pam/service.ts', import.meta.url).href,
  native: new URL('../../../lib/native/index.ts', import.meta.url).href,
};

const AUTH = 'auth required pam_permit.so\n';
/** A session that PAM cannot open: who opens it learns that PAM read this line. */
const SESSION = 'required pam_deny.so\n';

/** Service files by name, and whether PAM has session lines for them. */
const SERVICES: Readonly<Record<string, readonly [text: string, sessions: boolean, what: string]>> = {
  none: [AUTH, false, 'no session line'],
  plain: [`${AUTH}session ${SESSION}`, true, 'a session line'],
  first: [`session ${SESSION}${AUTH}`, true, 'a session line as its first'],
  unended: [`${AUTH}session ${SESSION.trim()}`, true, 'a last line without its newline'],
  blanks: [`${AUTH} \tsession\t ${SESSION}`, true, 'blanks and tabs before and after the word'],
  quiet: [`${AUTH}-session ${SESSION}`, true, 'a line that is silent when its module is missing'],
  capitals: [`${AUTH}Session ${SESSION}`, true, 'the word in another letter case, which PAM takes too'],
  control: [`${AUTH}session [default=die] pam_deny.so\n`, true, 'a control in brackets'],
  comment: [`${AUTH}#session ${SESSION}# session ${SESSION}`, false, 'only comments of sessions'],
  longer: [`${AUTH}sessions ${SESSION}`, false, 'only a longer word'],
  module: [`${AUTH}auth optional pam_permit.so session\n`, false, 'session as an argument of a module'],
  continued: [
    `${AUTH}auth optional pam_permit.so \\\n session x\n`,
    false,
    'an argument on a continued line',
  ],
  included: [`${AUTH}@include spec-plain\n`, true, 'a session line that is included'],
  nested: [`${AUTH}@include spec-included\n`, true, 'one that is included by what is included'],
  second: [
    `@include spec-none\n\t@include \tspec-plain\n`,
    true,
    'one in the second of its included files, after blanks',
  ],
  absolute: [`${AUTH}@include /etc/pam.d/spec-plain\n`, true, 'one that is included by its path'],
  shouted: [`${AUTH}@INCLUDE spec-plain\n`, true, 'one that is included by @INCLUDE'],
  nothing: [`${AUTH}@include spec-none\n`, false, 'an included file without one'],
  commented: [`${AUTH}#@include spec-plain\n`, false, 'only a comment that includes one'],
  typed: [`${AUTH}session include spec-plain\n`, true, 'the session lines of another file'],
  typedNothing: [
    `${AUTH}session include spec-none
`,
    false,
    'the session lines of a file without any',
  ],
  otherType: [
    `${AUTH}auth include spec-plain\n`,
    false,
    'only the auth lines of a file that has sessions too',
  ],
  empty: ['', false, 'nothing at all'],
};
/** PAM refuses the one and dies of the other, so nobody logs in by them; only the daemon must not mind. */
const BROKEN: Readonly<Record<string, readonly [text: string, sessions: boolean, what: string]>> = {
  circle: [`${AUTH}@include spec-circle\n`, false, 'a file that includes itself'],
  missing: [`${AUTH}@include spec-no-such-file\n`, false, 'an included file that is not there'],
};

interface Seen {
  readonly sessions: boolean;
  readonly opened: string;
}

describe('a PAM service', { ...BOUNDED, skip: noMachine }, () => {
  let machine: Machine;
  let seen: Readonly<Record<string, Seen>>;
  const file = (path: string, text: string) => machine.run('tee', [path], text);

  /** Runs the body of an async function on the machine; what it returns. */
  const onMachine = (body: string): unknown =>
    JSON.parse(
      machine.run(
        process.execPath,
        ['--input-type=module'],
        `import { Secret } from '${MODULES.base}';
         import { PamTransaction } from '${MODULES.native}';
         import { checkPamService, hasSessionModules } from '${MODULES.service}';
         const outcome = (act, done, failed) => { try { act(); return done; } catch (error) { return failed(error); } };
         const value = await (async () => { ${body} })();
         console.log(JSON.stringify(value));`,
      ),
    );

  before(async () => {
    machine = await Machine.make();
    const all = { ...SERVICES, ...BROKEN };
    for (const [name, [text]] of Object.entries(all)) file(`/etc/pam.d/spec-${name}`, text);
    file('/etc/pam.d/spec-Mixed', `auth required pam_permit.so\n`);
    file('/etc/pam.d/other', `auth required pam_deny.so\nsession required pam_permit.so\n`);
    seen = onMachine(`
      const seen = {};
      for (const name of ${JSON.stringify(Object.keys(all))}) {
        const service = 'spec-' + name;
        const sessions = hasSessionModules(service);
        seen[name] = { sessions };
        if (name in ${JSON.stringify(BROKEN)}) continue;
        let opened = 'by other';
        try {
          PamTransaction.openSessionHere({ service, user: 'root', address: '::1' });
        } catch ({ message }) {
          opened = message;
        }
        seen[name] = { sessions, opened };
      }
      return seen;`) as typeof seen;
  });
  after(() => machine.end());

  for (const [name, [, sessions, what]] of Object.entries(SERVICES)) {
    it(`has ${sessions ? '' : 'no '}sessions with ${what}`, () =>
      assert.equal(seen[name]?.sessions, sessions));
    it(`is read by PAM itself to have ${sessions ? '' : 'no '}sessions with ${what} (control)`, () =>
      assert.equal(seen[name]?.opened === 'by other', !sessions, seen[name]?.opened));
  }

  for (const [name, [, sessions, what]] of Object.entries(BROKEN))
    it(`has ${sessions ? '' : 'no '}sessions with ${what}, and the question ends`, () =>
      assert.equal(seen[name]?.sessions, sessions));

  it('is set up where it has a file', () =>
    assert.equal(onMachine(`return outcome(() => checkPamService('spec-none'), 'fine')`), 'fine'));

  it('is only set up where PAM finds the file, which looks for lower case names', () => {
    const [checked, login] = onMachine(`
      const checked = outcome(() => checkPamService('spec-Mixed'), 'fine', ({ code }) => code);
      const peer = { service: 'spec-Mixed', user: 'root', address: '::1' };
      const pam = await PamTransaction.start(peer, Secret.empty());
      return [checked, await pam.authenticate().then(() => 'by its file', () => 'by the file other')];
    `) as string[];
    assert.equal(login, 'by the file other');
    assert.equal(checked, 'REXEC_PAM_SERVICE');
  });
});

describe('a PAM service without a file', () => {
  it('has no sessions', () => assert.equal(hasSessionModules('spec-no-such-service'), false));

  for (const service of ['spec-no-such-service', '.', '..', 'no/such', ''])
    it(`is not set up as ${JSON.stringify(service)}, and the message tells what to do`, () =>
      assert.throws(
        () => checkPamService(service),
        (error) => {
          assert.ok(error instanceof PamServiceError);
          assert.equal(error.code, 'REXEC_PAM_SERVICE');
          assert.match(error.message, /^PAM service file \/etc\S* does not exist/);
          assert.match(error.message, /rexecd -install/);
          assert.match(error.message, /--pam-service/);
          return true;
        },
      ));
});
