import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { netrcEntry } from '../../lib/cli/programs/rexec/netrc.ts';
import { eventually, within } from '../support/peer.ts';
import { PATIENT } from '../support/program.ts';
import { makeNetrcClient, noGlibc, type Started } from './fixtures/clients.ts';

const HOST = '127.0.0.1';
const H = `machine ${HOST}`;

/** Who logs in, latin1; undefined for what is not found. */
type Login = readonly [user: string | undefined, password: string | undefined];

/** Files that both read alike, and a login that is asked for. */
const ALIKE: readonly (readonly [what: string, text: string, login?: string])[] = [
  ['an entry in one line', `${H} login a password p\n`],
  ['an entry in many lines', `${H}\n\tlogin a\n\tpassword p\n`],
  ['an entry without a newline at its end', `${H} login a password p`],
  ['words that commas separate', `machine,${HOST},login,a,password,p\n`],
  ['the keyword passwd', `${H} login a passwd p\n`],
  ['a quoted password', `${H} login a password "two words"\n`],
  ['a quoted password with quotes', `${H} login a password "a\\"b\\\\c"\n`],
  ['a quoted password without an end', `${H} login a password "p`],
  ['a quoted password with a newline', `${H} login a password "p\nq"\n`],
  ['quoted keywords', `"machine" ${HOST} "login" a "password" p\n`],
  ['an escaped separator', `${H} login a password two\\ words\n`],
  ['an escaped backslash', `${H} login a password a\\\\b\n`],
  ['a backslash at the beginning', `${H} login a password \\ab\n`],
  ['a backslash and a space at the beginning', `${H} login a password \\ b\n`],
  ['a quote inside a word', `${H} login a password a"b\n`],
  ['a password that begins with #', `${H} login a password #p\n`],
  ['a password on the next line', `${H} login a password\n  p\n`],
  ['a password on the next line that begins with #', `${H} login a password\n#x\n`],
  ['a login on the next line that begins with #', `${H} login\n#a password p\n`],
  ['a # that ends a line', `${H} login a # old\npassword p\n`],
  ['a carriage return inside a password', `${H} login a password p\rq\n`],
  ['bytes that are not ASCII', `${H} login a password \xff\x01\xe9\n`],
  ['keywords as values', `${H} login machine password default\n`],
  ['keywords as values, the other way round', `${H} login password password login\n`],
  ['keywords in capitals', `${H} LOGIN a PASSWORD p\n`],
  ['a password keyword at the end of the file', `${H} login a password\n`],
  ['a login keyword at the end of the file', `${H} login`],
  ['a machine keyword at the end of the file', 'machine'],
  ['an empty password', `${H} login a password ""\n`],
  ['an empty password, and another entry', `${H} login a password "" machine x login b password q\n`],
  ['a login without a password', `${H} login a\n`],
  ['a login without a password, and another entry', `${H} login a machine x login b password q\n`],
  ['another machine', 'machine other login b password q\n'],
  ['the default', 'machine other login b password q default login a password p\n'],
  ['the default before the machine', `default login a password p\n${H} login b password q\n`],
  ['the first of two entries', `${H} login a password p\n${H} login b password q\n`],
  ['the first of two entries, which has no password', `${H} login a\n${H} login a password q\n`],
  ['the machine in a line with others', `machine x login b password q ${H} login a password p\n`],
  ['two passwords', `${H} login a password p password q\n`],
  ['the same login twice', `${H} login a login a password p\n`],
  ['words that are no keywords', `${H} protocol rexec login a password p\n`],
  ['an account after the password', `${H} login a password p account x\n`],
  ['an account before the password', `${H} login a account x password p\n`],
  ['an empty file', ''],
  ['separators alone', ' ,\n\t'],
  ['a login that is asked for', `${H} login a password p\n`, 'a'],
  [
    'a login that is asked for, in the second entry',
    `${H} login b password q\n${H} login a password p\n`,
    'a',
  ],
  ['a login that is asked for, and an entry without one', `${H} password p\n`, 'a'],
  ['a login that is asked for, and the default', `${H} login b password q default login a password p\n`, 'a'],
  ['a login that is asked for after the password', `${H} password p login a\n`, 'a'],
  ['a login that is nowhere', `${H} login b password q\n`, 'a'],
  ['two logins, the second of which is asked for', `${H} login b login a password p\n`, 'a'],
  ['a login that begins like the one asked for', `${H} login ab password q\n`, 'a'],
  ['a machine whose name begins like the host', `machine ${HOST}1 login b password q\n`],
];

/** Files that we read in another way on purpose: what the C library sends, and what we do. */
const DIFFERENT: readonly (readonly [
  why: string,
  text: string,
  theirs: Login,
  ours: Login,
  login?: string,
])[] = [
  [
    'a line that begins with # where a keyword belongs is a comment',
    `# ${H} login b password q\n${H} login a password p\n`,
    ['b', 'q'],
    ['a', 'p'],
  ],
  ['so is one inside an entry', `${H} login a\n  # password old\n  password p\n`, ['a', 'old'], ['a', 'p']],
  [
    'what a macro contains is not an entry',
    `macdef init\n${H} login b password q\n\n${H} login a password p\n`,
    ['b', 'q'],
    ['a', 'p'],
  ],
  ['lines may end in CR LF', `${H} login a password p\r\n`, ['a', 'p\r'], ['a', 'p']],
  [
    'a byte order mark is no content',
    `\xef\xbb\xbf${H} login a password p\n`,
    [undefined, undefined],
    ['a', 'p'],
  ],
  [
    'the password of another login is not sent',
    `${H} password q login b\n${H} login a password p\n`,
    ['a', 'q'],
    ['a', 'p'],
    'a',
  ],
  [
    'an entry with two logins is not used',
    `${H} login b password q login a\n`,
    ['b', 'q'],
    [undefined, undefined],
  ],
  [
    'the password of the default is not sent for a machine after it',
    'default password q login b machine other login a password p\n',
    ['a', 'q'],
    ['a', undefined],
    'a',
  ],
  [
    'an entry without a login is one for every login (theirs crashes)',
    `${H} password p\n`,
    [undefined, undefined],
    [undefined, 'p'],
  ],
  [
    'a password may come before its login (theirs crashes)',
    `${H} password p login a\n`,
    [undefined, undefined],
    ['a', 'p'],
  ],
  [
    'machines after the default are not the default',
    'default login b password q machine other login a password p\n',
    ['a', 'p'],
    ['a', undefined],
    'a',
  ],
  ['an empty word does not end the file', `"" ${H} login a password p\n`, [undefined, undefined], ['a', 'p']],
  [
    'an account may be called like a keyword',
    `${H} login a account password password p\n`,
    ['a', 'password'],
    ['a', 'p'],
  ],
];

const noUts: string | false =
  spawnSync('unshare', ['--uts', 'hostname', 'here.example.org']).status !== 0 &&
  'a host name of its own requires root';

describe('a .netrc that rexec and the C library read', { ...PATIENT, skip: noGlibc }, () => {
  let folder: string;
  let client: Started;
  let server: Server;
  let sent: string;
  const open = new Set<Socket>();
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'rexec-netrc-'));
    client = makeNetrcClient(folder);
    server = createServer({ allowHalfOpen: true }, (socket) => {
      socket.setEncoding('latin1').on('data', (text) => {
        sent += text;
        if (sent.split('\0').length > 4) socket.end('\0');
      });
      socket.on('end', () => socket.end());
      open.add(socket);
      socket.on('close', () => open.delete(socket));
      socket.on('error', () => {});
    });
    server.listen(0, HOST);
    await once(server, 'listening');
  });
  after(() => {
    server?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  function write(text: string, mode = 0o600): void {
    writeFileSync(join(folder, '.netrc'), Buffer.from(text, 'latin1'));
    chmodSync(join(folder, '.netrc'), mode);
  }

  /** What the C library finds, and what its rexec(3) sends then: nothing unless it has both. */
  async function theirs(login: string | undefined): Promise<Login> {
    const words = [HOST, ...(login === undefined ? [] : [login])];
    const found = spawnSync(client[0], ['0', ...words], { env: { HOME: folder }, encoding: 'latin1' });
    const [user, password] = found.stdout
      .split('\0')
      .map((field) => (field === '' ? undefined : field.slice(1)));
    sent = '';
    const { port } = server.address() as AddressInfo;
    const child = spawn(client[0], [String(port), ...words], { env: { HOME: folder }, stdio: 'ignore' });
    await within(once(child, 'exit'), 'the C program');
    // Connections are accepted in their order: once this one is served, so is the program's, if there was one.
    const last = connect(port, HOST);
    last.end();
    await within(once(last.resume(), 'close'), 'its connection to be served');
    await eventually(() => open.size === 0, 'its connection is closed');
    const whole = user !== undefined && password !== undefined;
    assert.equal(sent.split('\0')[2], whole ? password : undefined, 'rexec(3) sends what ruserpass(3) finds');
    return [user, password];
  }

  function ours(login: string | undefined): Login {
    const { NETRC, HOME } = process.env;
    process.env.NETRC = join(folder, '.netrc');
    try {
      const entry = netrcEntry(HOST, login);
      return [login ?? entry?.login, entry?.password?.bytes.toString('latin1')];
    } finally {
      delete process.env.NETRC;
      Object.assign(process.env, {
        ...(NETRC !== undefined && { NETRC }),
        ...(HOME !== undefined && { HOME }),
      });
    }
  }

  for (const [what, text, login] of ALIKE)
    it(`has the same for ${what} (D2)`, async () => {
      write(text);
      assert.deepEqual(ours(login), await theirs(login));
    });

  for (const [why, text, expected, own, login] of DIFFERENT)
    it(`has another: ${why} (D2)`, async () => {
      write(text);
      assert.deepEqual([await theirs(login), ours(login)], [expected, own]);
    });

  it('is refused if others may read the password (D2)', async () => {
    write(`${H} login a password p\n`, 0o644);
    assert.deepEqual(await theirs(undefined), ['a', undefined]);
    assert.throws(() => ours(undefined), /must not be readable by others/);
  });

  it("has the same for the first name of a host of this machine's domain (D2)", { skip: noUts }, () => {
    write('machine web login a password p\n');
    const print = `
      import { netrcEntry } from '${new URL('../../lib/cli/programs/rexec/netrc.ts', import.meta.url)}';
      const { login, password } = netrcEntry(process.argv[1]) ?? {};
      for (const found of [login, password?.bytes]) process.stdout.write(\`\${found ? \`+\${found}\` : ''}\\0\`);`;
    for (const [host, found] of [
      ['WEB.example.org', '+a\0+p\0'],
      ['web.example.com', '\0\0'],
      ['web', '+a\0+p\0'],
      ['webs.example.org', '\0\0'],
    ] as const) {
      const there = (...words: string[]): string =>
        spawnSync('unshare', ['--uts', 'sh', '-c', 'hostname here.Example.org; exec "$@"', 'sh', ...words], {
          env: { ...process.env, HOME: folder },
          encoding: 'latin1',
        }).stdout;
      assert.equal(there(client[0], '0', host), found, host);
      assert.equal(there(process.execPath, '--input-type=module', '-e', print, host), found, host);
    }
  });
});
