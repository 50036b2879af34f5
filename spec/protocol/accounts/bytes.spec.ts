import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { apart, together } from '../../support/daemon/account-run.ts';
import { BOUNDED, PASSWORD } from '../../support/daemon/daemon.ts';
import { Machine, noMachine, QUICK, type RunningDaemon } from '../../support/machine/machine.ts';

const bytes = (from: number, to: number): string =>
  Buffer.from(Array.from({ length: to - from + 1 }, (_, index) => from + index)).toString('latin1');

/** Latin1, as everything a peer sends. Each is no text of UTF-8, or one that a decoder changes. */
const COMMANDS = {
  'all bytes from 1 to 255': bytes(1, 255),
  'them in the other order': [...bytes(1, 255)].reverse().join(''),
  'letters of latin1': 'ls gr\xfcn',
  'the first byte of two, alone': 'echo \xc3',
  'the second byte of two, alone': '\xa9 echo',
  'two bytes where one is enough': '\xc0\x80\xc1\xbf',
  'half a pair of UTF-16': '\xed\xa0\x80 \xed\xbf\xbf',
  'more than Unicode has': '\xf4\x90\x80\x80 \xf8\x88\x80\x80\x80',
  'a byte order mark at its beginning': '\xef\xbb\xbfecho',
  'what decoders put for a bad byte': '\xef\xbf\xbd',
  'a letter and its accent apart': 'e\xcc\x81 \xc3\xa9',
  'letters of UTF-8': '\xe2\x82\xac \xf0\x9f\x90\xa6',
  'ends of lines': 'a\r\nb\nc\r',
  'bytes that end other charsets': '\x0e\x0f\x1b$B\x80\x81\x8d\x8f\x90\x9d\xff\xfe',
  '8192 bytes, half of them not UTF-8': '\xff\x01'.repeat(4096),
  'one byte': '\xff',
} as const;

/** Strings of all bytes, the same ones at each run. */
const MANY = Array.from({ length: 24 }, (_, seed) =>
  Buffer.from(
    Array.from({ length: 64 }, (_, at) => 1 + ((seed * 7919 + at * at * 31 + at * 17) % 255)),
  ).toString('latin1'),
);

/** Name and home of accounts. */
const NAME = 'j\xf6rg';
const HOME = '/srv/home/gr\xfcn';

/** Names that no account has. */
const NAMES = ['j\xf6r', '\xff', 'ad\xc3', '\xef\xbb\xbfada', 'a\xed\xa0\x80', bytes(128, 255)];

const DAEMONS = {
  'by execa': [],
  'by posix-spawn': ['--launcher', 'posix-spawn'],
  'where the charset is iso-8859-1': ['--charset', 'iso-8859-1'],
} as const;

/** Writes its arguments in hexadecimal. */
const SHELL = '#!/usr/bin/perl\nprint join(" ", map { unpack "H*", $_ } @ARGV), "\\n";\n';
const hex = (text: string): string => Buffer.from(text, 'latin1').toString('hex');

/** PAM's name of the user in hexadecimal, a line each. */
const NOTE =
  '#!/bin/sh\nprintf %s "$PAM_USER" | od -An -v -tx1 | tr -d " \\n" >> /srv/names; echo >> /srv/names\n';
const SERVICE = `auth optional pam_exec.so /srv/note
auth required pam_unix.so
account required pam_unix.so`;

describe('bytes that are not text', { ...BOUNDED, skip: noMachine }, () => {
  let machine: Machine;
  const daemons: Record<string, RunningDaemon> = {};

  before(async () => {
    machine = await Machine.make();
    for (const [path, text] of [
      ['/srv/hex', SHELL],
      ['/srv/note', NOTE],
    ] as const) {
      machine.run('tee', [path], text);
      machine.run('chmod', ['755', path]);
    }
    machine.addQuickUser('hex', PASSWORD, '--shell', '/srv/hex');
    for (const shell of ['sh', 'bash']) machine.addQuickUser(shell, PASSWORD, '--shell', `/bin/${shell}`);
    const accounts = `${NAME}:x:4100:4100::/:/bin/sh\nlatin:x:4101:4101::${HOME}:/bin/sh\n`;
    machine.run('tee', ['-a', '/etc/passwd'], Buffer.from(accounts, 'latin1'));
    const shadow = [NAME, 'latin'].map((name) => `${name}:${machine.hashOf(PASSWORD)}:19000:0:99999:7:::\n`);
    machine.run('tee', ['-a', '/etc/shadow'], Buffer.from(shadow.join(''), 'latin1'));
    machine.run('xargs', ['-0', 'mkdir'], Buffer.from(HOME, 'latin1'));
    const started = Object.entries(DAEMONS).map(async ([how, flags]) => {
      daemons[how] = await machine.rexecd({
        flags: [...QUICK, '--profile', 'false', ...flags],
        service: SERVICE,
      });
    });
    await Promise.all(started);
  });
  after(() => machine.end());

  for (const how of Object.keys(DAEMONS)) {
    for (const [what, command] of Object.entries(COMMANDS))
      it(`B4: a command of ${what} reaches its shell unchanged, ${how}`, async (t) => {
        const written = await together(t, daemons[how]!, 'hex', command);
        assert.equal(written, `${hex('-c')} ${hex(command)}\n`);
      });

    it(`B4: ${MANY.length} commands of all bytes reach their shells unchanged, ${how}`, async (t) => {
      const written: string[] = [];
      for (let at = 0; at < MANY.length; at += 8) {
        const some = MANY.slice(at, at + 8);
        written.push(...(await Promise.all(some.map((each) => together(t, daemons[how]!, 'hex', each)))));
      }
      const expected = MANY.map((command) => `${hex('-c')} ${hex(command)}\n`);
      assert.deepEqual(written, expected);
    });

    for (const user of ['sh', 'bash'])
      it(`B4: a command of ${user} names the file that it means, ${how}`, async (t) => {
        const daemon = daemons[how]!;
        const made = await apart(t, daemon, user, 'echo text > gr\xfcn; cat gr\xfc*; echo \'\xc3\' "\xff"');
        assert.deepEqual(made, { stdout: 'text\n\xc3 \xff\n', stderr: '', status: 'exit 0' });
        assert.equal((await apart(t, daemon, user, 'rm gr\xfcn; ls')).stdout, '');
        assert.match((await apart(t, daemon, user, 'ls gr\xfcn')).stderr, /No such file/);
      });
  }

  for (const how of ['by execa', 'by posix-spawn'] as const) {
    for (const name of NAMES)
      it(`B4: PAM gets a name of the bytes ${hex(name).slice(0, 16)} as they came, ${how}`, async (t) => {
        machine.run('truncate', ['-s', '0', '/srv/names']);
        const peer = await daemons[how]!.ask(t, name, PASSWORD, 'echo ran');
        assert.equal(await peer.toEnd(), '\x01Login incorrect.\n');
        assert.equal(machine.run('cat', ['/srv/names']), `${hex(name)}\n`);
      });

    it(`B4: an account with such a name logs in, ${how}`, async (t) => {
      assert.equal(await together(t, daemons[how]!, NAME, 'id -u'), '4100\n');
    });

    it(`B4: an account with such a name has it in its environment, ${how}`, async (t) => {
      const written = await together(t, daemons[how]!, NAME, 'printf "%s\\n" "$USER" "$LOGNAME"');
      assert.equal(written, `${NAME}\n${NAME}\n`);
    });

    it(`B4: an account with such a home runs in it, ${how}`, async (t) => {
      const written = await together(
        t,
        daemons[how]!,
        'latin',
        'pwd; echo "$HOME"; test . -ef ~ && echo same',
      );
      assert.equal(written, `${HOME}\n${HOME}\nsame\n`);
    });
  }

  it('B4: a name in the log is one printable line', async (t) => {
    const daemon = daemons['by execa']!;
    const peer = await daemon.ask(t, `\xff\x1b[2J\n${'\xfe'.repeat(20)}`, PASSWORD, 'echo ran');
    const port = peer.socket.localPort;
    assert.equal(await peer.toEnd(), '\x01Login incorrect.\n');
    assert.match(await daemon.seen(new RegExp(`REXECD-300 .*:${port}"`)), /^[^\p{Cc}\p{Cf}]+$/u);
  });
});
