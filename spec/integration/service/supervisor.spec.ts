import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { noPrivateRoot, PrivateRoot } from '../../support/machine/private-root.ts';
import { ROOT } from '../../support/program.ts';

const BOUNDED = { timeout: 240_000, skip: noPrivateRoot() } as const;
const UNIT = '/lib/systemd/system/rexecd.service';
const CATALOG_FILE = '/usr/lib/systemd/catalog/rexecd.catalog';
const STAND_IN = `${ROOT}spec/support/programs/service-stand-in.ts`;

type Step = 'install' | 'remove' | object;

/** What is said by each step of a program that installs and removes on a machine, but for files, folders and the account. */
function onMachine(machine: PrivateRoot, ...steps: readonly Step[]): string[][] {
  const words = steps.map((step) => `'${typeof step === 'string' ? step : JSON.stringify(step)}'`);
  const { stdout, stderr } = machine.shell(
    `${process.execPath} ${ROOT}spec/support/programs/service.ts ${words.join(' ')}`,
  );
  assert.equal(stderr, '');
  const files =
    /^(made|wrote|unchanged|kept|deleted) (\/|account )|^would (make|write|keep|delete) |^(note|log|listening|to try a login)\b/;
  const said = stdout.split('--\n').slice(0, -1);
  return said.map((each) => each.split('\n').filter((line) => line !== '' && !files.test(line)));
}

describe('a machine with systemd', BOUNDED, () => {
  const REREAD = 'reloaded the units (systemctl daemon-reload)';
  const REREAD_CATALOG = 'reloaded the message catalogues (journalctl --update-catalog)';
  const STARTED = 'started rexecd, now and at boot (systemctl enable --now rexecd.service)';
  const RUNS = 'unchanged; rexecd is running';
  const CATALOG = { catalog: '-- 5ab9e1ee1b9f4f7e8cc1ba1a3f2f5b0f\nSubject: x\n' };
  let machine: PrivateRoot;

  before(async () => {
    machine = await PrivateRoot.make('/mnt');
    machine.ok(`mkdir -p /run/systemd/system
      for name in systemctl journalctl; do cp ${ROOT}spec/support/commands/systemctl.sh /usr/bin/$name; done`);
  });
  after(() => machine.end());
  beforeEach(() => {
    machine.ok(`rm -rf /etc/rexecd /var/lib/rexecd /var/log/rexecd /etc/rc?.d/*rexecd /opt/rexecd
      rm -f /lib/systemd/system/rexecd.* /etc/init.d/rexecd /etc/logrotate.d/rexecd ${CATALOG_FILE} /tmp/running /tmp/broken; : > /tmp/told`);
  });

  const orders = () =>
    machine
      .ok('cat /tmp/told')
      .trim()
      .split('\n')
      .filter((line) => !/ is-/.test(line));

  it('starts the service now and at boot, once it has read the units, and does nothing the second time', () => {
    assert.deepEqual(onMachine(machine, CATALOG, 'install', 'install'), [
      [REREAD, REREAD_CATALOG, STARTED],
      [RUNS],
    ]);
    const told = [
      'systemctl daemon-reload',
      'journalctl --update-catalog',
      'systemctl enable --now rexecd.service',
    ];
    assert.deepEqual(orders(), told);
  });

  it('does not stop commands for what is new, and says how that is used', () => {
    const program = { node: process.execPath, script: `${ROOT}lib/cli/rexecd.ts` };
    const [, again] = onMachine(machine, 'install', { program }, 'install');
    assert.deepEqual(again, [
      REREAD,
      'rexecd is still running as before; to apply the changes: systemctl restart rexecd',
    ]);
  });

  it('tells what the daemon said when it did not start; the files stay', () => {
    machine.ok('touch /tmp/broken');
    const why = [
      'systemctl enable --now rexecd.service: Job for rexecd.service failed.',
      'cannot listen: EADDRINUSE',
    ];
    assert.deepEqual(onMachine(machine, 'install', 'install'), [[REREAD, ...why], why]);
    machine.ok(`test -e ${UNIT}`);
  });

  it('says in dry runs what it would do, and asks no more than questions', () => {
    const would = [REREAD, STARTED].map((line) => `would ${line.replace(/^(\w+)ed/, '$1')}`);
    assert.deepEqual(onMachine(machine, { dryRun: true }, 'install'), [would]);
    assert.deepEqual(orders(), []);
    const [, removal] = onMachine(machine, 'install', { dryRun: true }, 'remove');
    assert.match(removal![0]!, /^would stop rexecd, .* rexecd\.socket rexecd\.service\)$/);
    assert.deepEqual(
      removal!.slice(1),
      [REREAD, REREAD_CATALOG].map((line) => `would ${line.replace('reloaded', 'reload')}`),
    );
    assert.doesNotMatch(orders().join('\n'), /disable/);
  });

  it('stops the socket and the service, then forgets the units', () => {
    machine.ok('ln -s ../init.d/rexecd /etc/rc0.d/K01rexecd'); // as systemctl enable makes it
    const [, removal] = onMachine(machine, 'install', 'remove');
    const STOPPED = 'stopped rexecd, now and at boot (systemctl disable --now rexecd.socket rexecd.service)';
    assert.deepEqual(removal, [STOPPED, 'disabled rexecd (update-rc.d)', REREAD, REREAD_CATALOG]);
    assert.equal(machine.shell('ls /etc/rc?.d/*rexecd').status, 2);
    assert.notEqual(machine.shell(`test -e ${UNIT}`).status, 0);
  });

  it('stops only the units that are there', () => {
    onMachine(machine, 'install');
    machine.ok('rm /lib/systemd/system/rexecd.socket');
    const [removal] = onMachine(machine, 'remove');
    assert.match(removal![0]!, /^stopped rexecd, .*\(systemctl disable --now rexecd\.service\)$/);
  });

  it('warns of a program that is in the hands of others than root', () => {
    machine.ok(`for each in owner mode folder; do mkdir -p /opt/rexecd/$each; cp ${STAND_IN} /opt/rexecd/$each/d.ts; done
      cd /opt/rexecd; chown 1000 owner; chmod 666 mode/d.ts; chmod 770 folder`);
    const steps = ['owner', 'mode', 'folder', 'no'].flatMap((folder) => [
      { program: { node: process.execPath, script: `/opt/rexecd/${folder}/d.ts` } },
      'install' as const,
    ]);
    assert.deepEqual(
      onMachine(machine, ...steps).map(([first]) => first),
      [
        'warning: /opt/rexecd/owner is owned by uid 1000, who can replace a program that runs as root',
        'warning: /opt/rexecd/mode/d.ts is writable by users other than root',
        'warning: /opt/rexecd/folder is writable by users other than root',
        'program /opt/rexecd/no/d.ts: no such file or directory',
      ],
    );
  });
});

/** XML is right when each element is closed where it was opened. */
function elementsOf(xml: string): string[] {
  const open: string[] = [];
  const seen: string[] = [];
  for (const [, closing, name, , alone] of xml.matchAll(/<(\/?)([a-zA-Z]+)((?: \w+="[^"<]*")*)(\/?)>/g)) {
    if (closing) assert.equal(open.pop(), name);
    else seen.push(name!);
    if (!closing && !alone) open.push(name!);
  }
  assert.deepEqual(open, []);
  assert.doesNotMatch(xml.replaceAll(/<[^>]*>/g, ''), /[<>]|&(?!amp;|lt;|gt;)/);
  return seen;
}

/** Generated there, and never run. */
describe('a machine of another kind', BOUNDED, () => {
  let machine: PrivateRoot;

  before(async () => {
    machine = await PrivateRoot.make('/mnt');
    machine.ok('mkdir -p "/opt/a & b"; touch "/opt/a & b/<d>.js"');
  });
  after(() => machine.end());

  it('is a Mac: gets a property list for launchd, and is told how to load it', () => {
    const mac = { platform: 'darwin', program: { node: process.execPath, script: '/opt/a & b/<d>.js' } };
    const load = 'to start the service: sudo launchctl bootstrap system /Library/LaunchDaemons/rexecd.plist';
    assert.deepEqual(onMachine(machine, mac, 'install'), [[load]]);
    const plist = machine.ok('cat /Library/LaunchDaemons/rexecd.plist');
    assert.equal(elementsOf(plist)[0], 'plist');
    assert.match(plist, /<string>\/opt\/a &amp; b\/&lt;d&gt;\.js<\/string>/);
    assert.deepEqual(onMachine(machine, mac, 'remove'), [
      ['to stop the service, if it is still running: sudo launchctl bootout system/rexecd'],
    ]);
    assert.equal(machine.shell('ls /Library /etc/rexecd').stdout, '');
  });
});
