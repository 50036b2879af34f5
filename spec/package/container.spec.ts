import assert from 'node:assert/strict';
import {
  chmodSync,
  chownSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { before, describe, it, type TestContext } from 'node:test';
import { cheapHash } from '../support/daemon/daemon.ts';
import { Container, Image, noContainer } from '../support/machine/container.ts';
import { eventually } from '../support/peer.ts';
import { type Ended, type Program, ROOT } from '../support/program.ts';
import { Authority } from '../support/tls/certificates.ts';

const BOUNDED = { timeout: 280_000 } as const;
const KUBERNETES = readFileSync(join(ROOT, 'packaging/container/kubernetes.yaml'), 'utf8');
const PORT = 10_512;
const FS_GROUP = 10_512;

/** The settings of the ConfigMap. */
const settings = (): string =>
  /rexecd\.toml: \|\n((?: {4}.*\n|\n)+)/.exec(KUBERNETES)![1]!.replaceAll(/^ {4}/gm, '');
/** What a probe of that kind executes. */
const probe = (kind: string): string[] =>
  new RegExp(`${kind}:\\s+exec: \\{ command: \\[(.*)\\] \\}`).exec(KUBERNETES)![1]!.split(', ');

describe('the image', { ...BOUNDED, skip: noContainer }, () => {
  let image: Image;
  const authority = new Authority();

  before(() => {
    image = Image.build();
  }, BOUNDED);

  /** A volume as Kubernetes mounts it for fsGroup; what it has is swapped as a whole. */
  function volume(
    folder: string,
    content: Readonly<Record<string, string | Buffer>>,
    mode: number,
    version = 1,
  ): void {
    const there = join(folder, `..${version}`);
    mkdirSync(there, { recursive: true });
    for (const [name, text] of Object.entries(content)) {
      writeFileSync(join(there, name), text);
      chmodSync(join(there, name), mode);
      chownSync(join(there, name), 0, FS_GROUP);
      if (version === 1) symlinkSync(`..data/${name}`, join(folder, name));
    }
    for (const each of [folder, there]) chownSync(each, 0, FS_GROUP);
    chmodSync(there, 0o2755);
    chmodSync(folder, 0o3777);
    symlinkSync(`..${version}`, join(folder, '..data_tmp'));
    renameSync(join(folder, '..data_tmp'), join(folder, '..data'));
    rmSync(join(folder, `..${version - 1}`), { recursive: true, force: true });
  }

  const secretsOf = (password: string) => {
    const { cert, key } = authority.daemon();
    return {
      users: `ada:${cheapHash(password)}\n`,
      'tls.crt': readFileSync(cert),
      'tls.key': readFileSync(key),
    };
  };

  async function pod(t: TestContext): Promise<{ container: Container; secrets: string }> {
    const folder = image.folder(t);
    const [etc, secrets] = [join(folder, 'etc'), join(folder, 'secrets')];
    volume(etc, { 'rexecd.toml': settings() }, 0o644);
    volume(secrets, secretsOf('s3cret'), 0o440);
    const container = new Container(t, image, { '/etc/rexecd': etc, '/secrets': secrets });
    await container.says('REXECD-105');
    return { container, secrets };
  }

  /** The client of this checkout, beside the container. */
  const rexec = (t: TestContext, container: Container, password: string, command: string): Program => {
    const words = ['--tls', '--ca', authority.ca, '-l', 'ada', '-p', password, '--port', `${PORT}`];
    return container.beside(t, [join(ROOT, 'lib/cli/rexec.ts'), ...words, '127.0.0.1', command]);
  };

  it('says what it runs, and as whom', () => {
    const { config } = image;
    assert.equal(config.User, '10512:10512');
    assert.deepEqual(config.Entrypoint, ['/usr/sbin/rexecd']);
    assert.deepEqual(config.Healthcheck?.Test, ['CMD', '/usr/sbin/rexecd', 'health']);
    assert.equal(config.StopSignal, 'SIGTERM');
    assert.deepEqual(Object.keys(config.ExposedPorts ?? {}), ['10512/tcp']);
  });

  it('serves as PID 1 of a pod: without root, capabilities and a file system that it can write to', async (t) => {
    const { container } = await pod(t);
    const ran = rexec(
      t,
      container,
      's3cret',
      'id -u; grep CapBnd /proc/self/status; touch /x; echo at home > ~/x; cat ~/x; exit 3',
    );
    ran.child.stdin.end();
    const { stdout, stderr, status } = await ran.end();
    assert.deepEqual([stdout, status], ['10512\nCapBnd:\t0000000000000000\nat home\n', 3], stderr);
    assert.match(stderr, /\/x.*Read-only file system/);
    assert.match(container.probe(probe('readinessProbe')).stdout, /^ready: /);
  });

  it('writes its log as JSON on the standard error stream', async (t) => {
    const { container } = await pod(t);
    const ran = rexec(t, container, 'wrong', 'true');
    ran.child.stdin.end();
    assert.equal((await ran.end()).status, 77);
    await container.says('wrong password');
    for (const line of container.log.trim().split('\n'))
      assert.equal(typeof JSON.parse(line), 'object', line);
  });

  it('takes new users from a secret that was swapped, and a new certificate at a reload', async (t) => {
    const { container, secrets } = await pod(t);
    const next = secretsOf('other');
    volume(secrets, next, 0o440, 2);
    const said = async (password: string): Promise<Ended['status']> => {
      const ran = rexec(t, container, password, 'true');
      ran.child.stdin.end();
      return (await ran.end()).status;
    };
    assert.deepEqual([await said('s3cret'), await said('other')], [77, 0]);
    const serial = () => container.certificateSerial(authority.ca, PORT);
    const before = serial();
    const { status, stderr } = container.probe(['rexecd', 'reload']);
    assert.equal(status, 0, stderr);
    assert.notEqual(serial(), before);
  });

  it('buries what commands leave to PID 1', async (t) => {
    const { container } = await pod(t);
    const orphans =
      'for each in 1 2 3 4 5 6 7 8; do (setsid sh -c "exec sleep 0.1" > /dev/null 2>&1 &); done; setsid sleep 1000 > /dev/null 2>&1 & echo done';
    for (let turn = 0; turn < 3; turn += 1) {
      const ran = rexec(t, container, 's3cret', orphans);
      ran.child.stdin.end();
      assert.equal((await ran.end()).stdout, 'done\n');
    }
    const left = () => container.processes().filter(({ words }) => words === 'sleep 1000');
    await eventually(() => left().length === 3, 'three are left');
    for (const { pid } of left()) container.kill(pid);
    await eventually(
      () => container.processes().every(({ name }) => name !== 'sleep'),
      'no orphan, not even a dead one, is left',
    );
    assert.deepEqual(
      container.processes().filter(({ state }) => state === 'Z'),
      [],
    );
  });

  it('waits at SIGTERM for the session that runs, says so to probes, and ends with 0', async (t) => {
    const { container } = await pod(t);
    const ran = rexec(t, container, 's3cret', 'echo begun; cat; echo over');
    await ran.says(/begun/);
    container.kill(1, 'SIGTERM');
    await eventually(() => container.probe(probe('readinessProbe')).status === 1, 'it is not ready');
    assert.match(container.probe(probe('livenessProbe')).stdout, /^draining: /);
    assert.equal(container.probe(probe('livenessProbe')).status, 0);
    ran.child.stdin.end('last words\n');
    assert.deepEqual(await ran.end(), { stdout: 'begun\nlast words\nover\n', stderr: '', status: 0 });
    assert.equal((await container.end()).status, 0);
  });

  it('says which file is missing, and ends with 1, without its secrets', async (t) => {
    const container = new Container(t, image, {});
    const { stderr, status } = await container.end();
    assert.equal(status, 1);
    assert.match(stderr, /^rexecd: .*\/secrets\/users/);
  });
});
