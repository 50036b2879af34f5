import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import {
  type Ended,
  findProgram,
  PATIENT,
  Program,
  ROOT,
  temporaryFolder,
} from '../../../support/program.ts';

const NODE = process.execPath;
const PARALLEL = 64;
const SOCKETS_EACH = 3; // the connection, the port for the stderr channel, the channel
const OURS = 48; // descriptors of the program, whatever it runs
const MOST_MIB = 400;
const skip =
  (process.getuid?.() !== 0 && 'a network of its own takes root') ||
  (!findProgram('ip') && 'needs ip (Debian: iproute2)') ||
  (spawnSync('unshare', ['--net', 'true']).status !== 0 && 'network namespaces cannot be made here');

/** Lists, and what rexec must say of each of their hosts; the comment says what these do. */
const FLEET = [
  ['127.2.[0-2].[1-250]', 0, null], // answer, three of them with another output and exit 3
  ['127.2.3.[1-50]', 0, null], // answer after a second
  ['127.2.4.[1-40]', 124, 'REXEC_TIMED_OUT'], // take the login and never answer
  ['127.2.5.[1-40]:1', 68, 'REXEC_UNREACHABLE'], // are not there
  ['127.2.6.[1-40]', 77, 'REXEC_REFUSED'], // refuse the login
  ['127.2.7.[1-20]', 0, null], // flood with 32 MiB
  ['127.2.8.[1-30]', 74, 'REXEC_LOST'], // half-close instead of an answer
  ['127.2.9.[1-30]', 5, null], // half-close stdout long before stderr and exit status come
] as const;

/** Hosts of every kind on a network that nobody else is in. */
async function hostsEverywhere(t: TestContext) {
  const words = ['--net', 'sh', '-ec', 'ip link set lo up; exec "$@"', 'sh', NODE];
  const hosts = new Program(t, 'unshare', [...words, join(ROOT, 'spec/support/programs/fake-hosts.ts')]);
  const [, port = ''] = await hosts.says(/"port":(\d+)/);
  return {
    /** Starts a program in this network. */
    start: (file: string, args: readonly string[]) =>
      new Program(t, 'nsenter', [`--net=/proc/${hosts.pid}/ns/net`, file, ...args], { stdin: '' }),
    rexec: [join(ROOT, 'lib/cli/rexec.ts'), '-l', 'ada', '-p', 's3cret', '--port', port],
  };
}

interface Peak {
  sockets: number;
  descriptors: number;
  kib: number;
}

/** Watches a process to its end. */
async function peakOf({ pid, ended }: Program): Promise<Peak> {
  const peak = { sockets: 0, descriptors: 0, kib: 0 };
  const look = () => {
    try {
      const open = readdirSync(`/proc/${pid}/fd`).map((each) => {
        try {
          return readlinkSync(`/proc/${pid}/fd/${each}`);
        } catch {
          return 'closed meanwhile';
        }
      });
      peak.descriptors = Math.max(peak.descriptors, open.length);
      peak.sockets = Math.max(peak.sockets, open.filter((each) => each.startsWith('socket:')).length);
      const [, kib] = /^VmHWM:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1')) ?? [];
      peak.kib = Math.max(peak.kib, Number(kib ?? 0));
    } catch {} // it has ended
  };
  const timer = setInterval(look, 25);
  await ended;
  clearInterval(timer);
  return peak;
}

const inSeconds = async (program: Program): Promise<[Ended, string]> => {
  const begun = performance.now();
  const ended = await program.end();
  return [ended, `${((performance.now() - begun) / 1000).toFixed(1)} s`];
};

describe('rexec on 1,000 hosts', { ...PATIENT, skip }, () => {
  for (const [form, args] of [
    ['--json', ['--json']],
    ['--output-dir', []],
    ['--diff', ['--diff', '-q']],
  ] as const)
    it(`says the truth about each, in bounded memory, with no more connections than it may: ${form}`, async (t) => {
      const { start, rexec } = await hostsEverywhere(t);
      const folder = join(temporaryFolder(t), 'outputs');
      const failed = join(temporaryFolder(t), 'failed');
      const limits = [
        '--max-parallel',
        `${PARALLEL}`,
        '--answer-timeout',
        '15',
        '--connect-timeout',
        '60',
        '--failed-to',
        failed,
      ];
      const files = form === '--output-dir' ? ['--output-dir', folder, '--output-limit', '100000'] : [];
      const lists = FLEET.flatMap(([list]) => ['-w', list]);
      const program = start(NODE, [...rexec, ...limits, ...files, ...args, ...lists, 'true']);
      const [peak, [{ stdout, stderr, status }, time]] = await Promise.all([
        peakOf(program),
        inSeconds(program),
      ]);
      const mib = Math.round(peak.kib / 1024);
      t.diagnostic(
        `1,000 hosts, ${PARALLEL} at once, ${form}: ${time}, ${mib} MiB, ${peak.sockets} sockets, ${peak.descriptors} descriptors`,
      );
      assert.equal(status, 124, stderr);
      assert.ok(mib < MOST_MIB, `${mib} MiB`);
      assert.ok(peak.sockets <= PARALLEL * SOCKETS_EACH, `${peak.sockets} sockets`);
      const each = SOCKETS_EACH + (files.length > 0 ? 2 : 0);
      assert.ok(peak.descriptors <= PARALLEL * each + OURS, `${peak.descriptors} descriptors`);
      const failures = readFileSync(failed, 'utf8')
        .split('\n')
        .filter((line) => /^\d/.test(line));
      assert.equal(failures.length, 3 + 40 + 40 + 40 + 30 + 30);
      if (form === '--json') assertTold(stdout);
      else if (form === '--output-dir') {
        assert.equal(readdirSync(folder).length, 3000);
        assert.equal(readFileSync(join(folder, '127.2.7.20.out'), 'latin1').length, 100_000);
        assert.equal(readFileSync(join(folder, '127.2.9.1.err'), 'latin1'), 'late\n');
        assert.match(stderr, /^rexec: exit 0: 127\.2\.\S+ \(817 hosts, up to /m);
        assert.match(stderr, /^rexec: exit 5: 127\.2\.9\.\[1-30\] \(30 hosts, /m);
        assert.match(stderr, /^rexec: login: Login incorrect: 127\.2\.6\.\[1-40\] \(40 hosts, /m);
        assert.match(stderr, /^rexec: connect: connection refused: 127\.2\.5\.\[1-40\]:1 \(40 hosts, /m);
        assert.match(
          stderr,
          /^rexec: login: no answer to the login within 15 s: 127\.2\.4\.\[1-40\] \(40 hosts, /m,
        );
        assert.match(stderr, /^rexec: 817 of 1000 hosts succeeded$/m);
      } else {
        assert.match(
          stdout,
          /^== 127\.2\.\S+ \(exit 0\)\nsame\n== 127\.2\.\[0-2\]\.13 \(exit 3\), compared with /,
        );
        assert.match(stdout, /\n@@ -1 \+1 @@\n-same\n\+other\n/);
      }
    });

  function assertTold(stdout: string): void {
    const told = stdout
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line));
    assert.equal(told.length, 1000);
    for (const { host, exit, error, stdout: out, stderr: err, dropped } of told) {
      const [, , third, last] = host.split('.').map(Number);
      const [, exitOfKind, code] = FLEET.find(([list]) =>
        list.startsWith(`127.2.${third < 3 ? '[0-2]' : third}.`),
      )!;
      const isOther = third < 3 && last === 13;
      assert.deepEqual([host, exit, error?.code ?? null], [host, isOther ? 3 : exitOfKind, code]);
      if (third < 3) assert.deepEqual([out, err], [isOther ? 'other\n' : 'same\n', 'err\n']);
      if (third === 7) assert.deepEqual([out.length, dropped], [1024 * 1024, 31 * 1024 * 1024]);
      if (third === 9) assert.deepEqual([out, err], ['half\n', 'late\n']);
    }
  }
});

const [PDSH, CLUSH, DSHBAK] = [findProgram('pdsh'), findProgram('clush'), findProgram('dshbak')];
const TWO_HUNDRED = '127.2.[0-1].[1-98],127.2.4.[1-4]'; // 196 that answer, two of these differently, and 4 that never do
const LIMIT = '10'; // seconds

describe('rexec beside pdsh and clush, on the same 200 hosts', {
  ...PATIENT,
  skip: skip || ((!PDSH || !CLUSH || !DSHBAK) && 'needs pdsh and clush (Debian: pdsh, clustershell)'),
}, () => {
  /** Each client's whole run: rexec over its protocol, the others over a program that they start per host. */
  async function all(
    t: TestContext,
    forms: Readonly<Record<'rexec' | 'pdsh' | 'clush', readonly string[]>>,
  ): Promise<Record<'rexec' | 'pdsh' | 'clush', Ended>> {
    const { start, rexec } = await hostsEverywhere(t);
    const script = join(ROOT, 'spec/support/commands/host-command.sh');
    const lists = ['-w', TWO_HUNDRED];
    const runs = {
      rexec: () => start(NODE, [...rexec, '--timeout', LIMIT, ...forms.rexec, ...lists, 'true']),
      pdsh: () =>
        start(PDSH!, ['-R', 'exec', '-S', '-u', LIMIT, ...forms.pdsh, ...lists, 'sh', script, '%h']),
      clush: () =>
        start(CLUSH!, [
          ...['--worker', 'exec', '-S', '-u', LIMIT, '--color=never', ...forms.clush],
          ...[...lists, `sh ${script} %h`],
        ]),
    };
    const ended = {} as Record<keyof typeof runs, Ended>;
    for (const [client, begin] of Object.entries(runs) as [keyof typeof runs, () => Program][]) {
      const [how, time] = await inSeconds(begin());
      ended[client] = how;
      t.diagnostic(`${client}: ${time}, exit status ${how.status}`);
    }
    return ended;
  }

  const linesOf = (text: string): string[] =>
    text
      .split('\n')
      .filter((line) => /^127\./.test(line))
      .sort();

  it('prints the same lines, and no success where a host timed out', async (t) => {
    const { rexec, pdsh, clush } = await all(t, { rexec: [], pdsh: ['-f', '32'], clush: ['-f', '32'] });
    assert.equal(linesOf(rexec.stdout).length, 196);
    for (const [name, other] of Object.entries({ pdsh, clush }))
      assert.deepEqual(linesOf(rexec.stdout), linesOf(other.stdout), name);
    assert.deepEqual([rexec.status, pdsh.status, clush.status], [124, 254, 255]);
    assert.match(rexec.stderr, /^rexec: login: timed out after 10 s: 127\.2\.4\.\[1-4\] /m);
    assert.match(rexec.stderr, /^rexec: exit 3: 127\.2\.\[0-1\]\.13 \(2 hosts, /m);
  });

  it('gathers the same hosts under the same output', async (t) => {
    const { rexec, clush } = await all(t, { rexec: ['--collect', '-q'], pdsh: [], clush: ['-b'] });
    const hostsOf = async (text: string, head: RegExp, output: string): Promise<string> => {
      const [, list = ''] = head.exec(text) ?? assert.fail(`no ${output} in ${text}`);
      const { stdout } = spawnSync(NODE, [join(ROOT, 'lib/cli/rexec.ts'), '--list', '-w', list], {
        encoding: 'utf8',
      });
      return stdout.split('\n').sort().join();
    };
    for (const output of ['same', 'other'])
      assert.equal(
        await hostsOf(rexec.stdout, new RegExp(`^== (\\S+) \\(.*\\)\\n${output}$`, 'm'), output),
        await hostsOf(clush.stdout, new RegExp(`^-+\\n(\\S+) \\(\\d+\\)\\n-+\\n${output}$`, 'm'), output),
      );
  });
});
