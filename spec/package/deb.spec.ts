import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { buildDeb, dpkgDeb, noDebianPackage, VERSION } from '../support/debian-package.ts';
import { noPrivateRoot, PrivateRoot } from '../support/machine/private-root.ts';
import { ROOT } from '../support/program.ts';

const BOUNDED = { timeout: 240_000 } as const;
const ARCHITECTURE = process.arch === 'x64' ? 'amd64' : process.arch;
const LIB = './usr/lib/rexecd/';
const NAMES = ['grconfig', 'rconfig', 'rexec', 'rexec-bench', 'rexec-fuzz', 'rexecd'];

describe('the Debian package', { ...BOUNDED, skip: noDebianPackage }, () => {
  let checkout: string;
  let deb: string;

  before(() => {
    const built = buildDeb();
    assert.equal(built.failure, '');
    ({ checkout, deb } = built);
    assert.equal(deb, join(checkout, 'dist', `rexecd_${VERSION}_${ARCHITECTURE}.deb`));
  }, BOUNDED);
  after(() => rmSync(checkout, { recursive: true, force: true }));

  it('says what it is', () => {
    const fields = dpkgDeb('--field', deb);
    assert.match(fields, /^Package: rexecd$/m);
    assert.ok(fields.includes(`\nArchitecture: ${ARCHITECTURE}\n`), fields);
    assert.ok(fields.includes(`\nVersion: ${VERSION}\n`), fields);
    assert.match(fields, /^Depends: .*\blibpam0g\b/m);
    const [, kilobytes] = /^Installed-Size: (\d+)$/m.exec(fields) ?? [];
    assert.ok(Number(kilobytes) > 100_000, kilobytes);
    const control = join(checkout, 'control');
    dpkgDeb('--control', deb, control);
    for (const script of ['postinst', 'prerm', 'postrm']) {
      const { status, stderr } = spawnSync('sh', ['-n', join(control, script)], { encoding: 'utf8' });
      assert.equal(status, 0, stderr);
      assert.equal(statSync(join(control, script)).mode & 0o777, 0o755, script);
    }
  });

  it('has the text of its license', () => {
    const { status, stdout, stderr } = spawnSync(
      'sh',
      ['-c', 'dpkg-deb --fsys-tarfile "$0" | tar -xO ./usr/share/doc/rexecd/copyright', deb],
      { encoding: 'utf8', maxBuffer: 2 ** 20 },
    );
    assert.equal(status, 0, stderr);
    const [, stanza = ''] = /^License: MIT\n(.*?)\n\n/ms.exec(stdout) ?? [];
    const text = stanza.replaceAll(/^ \.?/gm, '');
    assert.equal(`${text}\n`, readFileSync(join(ROOT, 'LICENSE'), 'utf8'));
  });

  it('has files of root that nobody else can write, with no special bit', () => {
    const lines = dpkgDeb('--contents', deb).trim().split('\n');
    assert.ok(lines.length > 500, `${lines.length} files`);
    const odd = lines.filter((line) => !/^(drwxr-xr-x|-rwxr-xr-x|-rw-r--r--) root\/root /.test(line));
    assert.deepEqual(odd, []);
  });

  it('has what is needed at run time and the papers, and nothing else', () => {
    const lines = dpkgDeb('--contents', deb).trim().split('\n');
    const paths = lines.map((line) => line.split(/\s+/)[5]!).filter((path) => !path.endsWith('/'));
    const { packages } = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8'));
    const wanted = Object.keys(packages).filter(
      (folder) =>
        folder !== '' && !packages[folder].dev && !packages[folder].link && existsSync(join(ROOT, folder)),
    );
    for (const folder of wanted) assert.ok(paths.includes(`${LIB}${folder}/package.json`), folder);
    const found = new Set(
      paths.map(
        (path) => /^\.\/usr\/lib\/rexecd\/((?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1],
      ),
    );
    assert.deepEqual(
      [...found].filter((folder) => folder && !wanted.includes(folder)),
      [],
    );
    const others = paths.filter(
      (path) => !path.startsWith(`${LIB}node_modules/`) && !path.startsWith(`${LIB}dist/`),
    );
    const whole = [
      './usr/bin/grconfig',
      './usr/bin/rconfig',
      './usr/bin/rexec',
      './usr/bin/rexec-bench',
      './usr/bin/rexec-fuzz',
      './usr/lib/rexecd/node',
      './usr/lib/rexecd/package.json',
      './usr/sbin/rexecd',
      ...NAMES.map((name) => `./usr/share/bash-completion/completions/${name}`),
      './usr/share/doc/rexecd/LICENSE.node.gz',
      './usr/share/doc/rexecd/README.md',
      './usr/share/doc/rexecd/changelog.gz',
      './usr/share/doc/rexecd/copyright',
      './usr/share/doc/rexecd/monitoring/rexecd-alerts.test.yaml',
      './usr/share/doc/rexecd/monitoring/rexecd-alerts.yaml',
      './usr/share/doc/rexecd/monitoring/rexecd-dashboard.json',
      ...NAMES.map((name) => `./usr/share/fish/vendor_completions.d/${name}.fish`),
      './usr/share/man/man1/grconfig.1.gz',
      './usr/share/man/man1/rconfig.1.gz',
      './usr/share/man/man1/rexec-bench.1.gz',
      './usr/share/man/man1/rexec-fuzz.1.gz',
      './usr/share/man/man1/rexec.1.gz',
      './usr/share/man/man5/rexecd.toml.5.gz',
      './usr/share/man/man8/rexecd.8.gz',
      ...NAMES.map((name) => `./usr/share/zsh/vendor-completions/_${name}`),
    ];
    assert.deepEqual(others.sort(), whole.sort());
  });

  describe('on a machine', { ...BOUNDED, skip: noPrivateRoot() }, () => {
    let machine: PrivateRoot;
    let untouched: string;
    const ours = () => machine.ok("find /etc /lib /usr /var -xdev -iname '*rexec*' | sort");
    const dpkg = (words: string) => machine.ok(`dpkg --no-triggers --force-unsafe-io ${words} 2>&1`);
    const install = () => dpkg(`--install /mnt/dist/rexecd_${VERSION}_${ARCHITECTURE}.deb`);
    const configure = (old = '') => machine.ok(`/var/lib/dpkg/info/rexecd.postinst configure ${old} 2>&1`);
    const serves = () => machine.shell("rexec -l ada -P /root/secret 127.0.0.1 'id -un; pwd; exit 7'");
    const runs = () => machine.shell('/etc/init.d/rexecd status').status === 0;

    before(async () => {
      machine = await PrivateRoot.make(checkout);
      untouched = ours();
      machine.ok('useradd -m -s /bin/sh ada; echo ada:s3cret | chpasswd; echo s3cret > /root/secret');
    }, BOUNDED);
    after(() => machine?.end());

    it('installs as the README says, and nothing of it differs from the package (E16)', () => {
      const readme = readFileSync(join(ROOT, 'README.md'), 'utf8');
      assert.match(readme, /^npm run deb .*\nsudo apt-get install (\.\/dist\/rexecd_\*\.deb) /m);
      const said = machine.ok(
        'cd /mnt; DEBIAN_FRONTEND=noninteractive apt-get install -y ./dist/rexecd_*.deb 2>&1',
      );
      assert.match(said, /^Setting up rexecd/m);
      assert.equal(machine.ok('dpkg --verify rexecd'), '');
    });

    it('has programs, pages and settings', () => {
      for (const program of ['rexec', 'rexec-fuzz', 'rexecd', 'rconfig'])
        assert.equal(machine.ok(`${program} --version`), `${VERSION}\n`);
      assert.match(machine.ok('rconfig list'), /^limits\.maxConnections +12000 +default/m);
      assert.match(machine.ok('zcat /usr/share/man/man8/rexecd.8.gz'), /^\.TH "REXECD" "8"/);
      const completed =
        'source /usr/share/bash-completion/completions/rexecd; COMP_WORDS=(rexecd unl) COMP_CWORD=1; _rexecd; echo $COMPREPLY';
      assert.equal(machine.ok(`bash --norc -c '${completed}'`), 'unlock\n');
    });

    it('has readers of an account of their own, which cannot log in', () => {
      assert.match(machine.ok('getent passwd rexecd'), /:\/nonexistent:\/usr\/sbin\/nologin\n$/);
      assert.match(machine.ok('getent shadow rexecd'), /^rexecd:!/);
      assert.match(
        machine.ok('ps -o user=,args= --ppid $(cat /run/rexecd.pid) | grep /lib/readers/'),
        /^rexecd +\/usr\/lib\/rexecd\/node .*\/reader-program\.js\n$/,
      );
    });

    it('serves accounts of the machine', () => {
      assert.ok(runs());
      const { stdout, status, stderr } = serves();
      assert.deepEqual([stdout, status], ['ada\n/home/ada\n', 7], stderr);
    });

    it('serves again after another version came', () => {
      const pid = machine.ok('cat /run/rexecd.pid');
      install();
      assert.notEqual(machine.ok('cat /run/rexecd.pid'), pid);
      assert.equal(serves().stdout, 'ada\n/home/ada\n');
    });

    it('lets a command of its own bring another version, and goes on with the old one until then (B9)', () => {
      const pid = machine.ok('cat /run/rexecd.pid');
      machine.ok('rconfig set allowRoot true; echo root:s3cret | chpasswd');
      const upgrade = `dpkg --no-triggers --force-unsafe-io --install /mnt/dist/rexecd_${VERSION}_amd64.deb 2>&1; echo done`;
      const said = machine.ok(`rexec -l root -P /root/secret 127.0.0.1 '${upgrade}'`);
      assert.match(said, /a command of rexecd runs this upgrade, .*\ndone\n$/);
      assert.equal(machine.ok('cat /run/rexecd.pid'), pid);
      machine.ok('rconfig unset allowRoot; /etc/init.d/rexecd restart');
      assert.equal(serves().stdout, 'ada\n/home/ada\n');
    });

    it('stays stopped when another version comes', () => {
      machine.ok('/etc/init.d/rexecd stop');
      assert.match(configure(VERSION), /left so/);
      assert.ok(!runs());
      machine.ok('/etc/init.d/rexecd start');
    });

    it('goes, but for settings that were changed', () => {
      machine.ok('rconfig set maxConnections 7');
      dpkg('--remove rexecd');
      assert.equal(serves().status, 127); // no program
      assert.equal(machine.shell("pgrep -f '[/]usr/lib/rexecd'").status, 1);
      assert.match(machine.ok('cat /etc/rexecd/rexecd.toml'), /^maxConnections = 7$/m);
    });

    it('leaves nothing when it is purged', () => {
      dpkg('--purge rexecd');
      assert.equal(ours(), untouched);
    });

    it('installs where services must not be started, and starts none until the next boot (E12)', () => {
      machine.ok("printf '#!/bin/sh\\nexit 101\\n' > /usr/sbin/policy-rc.d; chmod 755 /usr/sbin/policy-rc.d");
      assert.match(install(), /policy-rc\.d/);
      assert.equal(machine.shell("pgrep -f '[/]usr/lib/rexecd'").status, 1);
      machine.ok(`test -e /lib/systemd/system/rexecd.service; test -e /etc/pam.d/rexecd; ls /etc/rc2.d/S??rexecd
        test -L /etc/systemd/system/multi-user.target.wants/rexecd.service`);
      machine.ok('rm /usr/sbin/policy-rc.d');
    });

    it('is installed where the service cannot start, says why, and goes all the same', () => {
      machine.ok('mkdir -p /etc/rexecd; echo \'port = "none"\' > /etc/rexecd/rexecd.toml');
      const said = configure();
      assert.match(said, /rexecd\.toml:1: port: invalid value "none"; allowed/);
      assert.match(said, /fix the cause, then run: rexecd -install/);
      dpkg('--purge rexecd');
      assert.equal(ours(), untouched);
    });
  });
});
