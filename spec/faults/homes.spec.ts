import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { findProgram } from '../support/program.ts';
import { ATTACKED, noSharedDaemon, SharedDaemon } from './shared-daemon.ts';

describe('a home that does not answer', ATTACKED, () => {
  for (const [when, kind] of [
    ['when a command enters it (A4)', 'no-entry'],
    ['to any request (A5)', 'dead'],
  ] as const)
    it(`${when} delays no other user and does not keep the daemon from stopping`, async (t) => {
      const shared = await SharedDaemon.start(t, { programs: ['home-on-fuse'] });
      await shared.mountHome('ada', kind);
      const peers = await Promise.all(Array.from({ length: 6 }, () => shared.ask('ada', 'echo in')));
      await shared.unanswered();
      for (let time = 0; time < 3; time += 1) await shared.serves('bob', `time ${time}`);
      for (const peer of peers.slice(0, 3)) peer.reset();
      await shared.serves('bob', 'after three of them are gone');
      await shared.stops();
    });
});

describe('a home whose path its user keeps changing (A7)', ATTACKED, () => {
  it('is the working directory, or else / is: never one that the user may not enter', async (t) => {
    const script = `
      mkdir -p /srv/home/ada/here/sub /srv/closed/open/sub
      ln -s /srv/closed/open /srv/home/ada/there
      chown -R ada: /srv/home/ada
      chmod 700 /srv/closed
      usermod -d /srv/home/ada/here/sub ada
    `;
    const shared = await SharedDaemon.start(t, { programs: ['exchange'], script });
    const names = ['/srv/home/ada/here', '/srv/home/ada/there'];
    const as = ['--reuid=ada', '--regid=ada', '--clear-groups'];
    const attack = shared.machine.start('setpriv', ...as, '/srv/bin/exchange', ...names, '110');
    await shared.inState('exchange', 'R');
    const places = new Set<string>();
    for (let time = 0; time < 4; time += 1) {
      const ten = Array.from({ length: 10 }, () => shared.answer('ada', 'readlink /proc/self/cwd'));
      for (const place of await Promise.all(ten)) places.add(place);
    }
    assert.equal(attack.exitCode, null, 'it still changes');
    const allowed = ['\0/srv/home/ada/here/sub\n', '\0/srv/home/ada/there/sub\n', '\0/\n'];
    assert.deepEqual(
      [...places].filter((place) => !allowed.includes(place)),
      [],
    );
    await shared.stops();
  });
});

/** What is done to a home ($h) or a shell ($s), and what a command of ada is answered that writes both. */
const JUDGED = {
  'a home behind a directory that an access list opens': [
    'mkdir -m 750 /srv/p; mv $h /srv/p/ada; usermod -d /srv/p/ada ada; setfacl -m u:ada:x /srv/p',
    '\0/srv/p/ada /srv/shells/dash\n',
  ],
  'a home that an access list opens': [
    'chown root: $h; chmod 700 $h; setfacl -m u:ada:rx $h',
    '\0/srv/home/ada /srv/shells/dash\n',
  ],
  'a home that an access list closes': ['chown root: $h; setfacl -m u:ada:- $h', '\0/ /srv/shells/dash\n'],
  'a shell that an access list opens': [
    'chmod 750 $s; setfacl -m u:ada:rx $s',
    '\0/srv/home/ada /srv/shells/dash\n',
  ],
  'a shell that an access list closes': ['setfacl -m u:ada:- $s', '\x01Try again.\n'],
} as const;
const REPORT = 'echo $(readlink /proc/$$/cwd /proc/$$/exe)';

const skip = noSharedDaemon || (!findProgram('setfacl') && 'needs setfacl (Debian: acl)');

describe('access that mode bits do not show (A8)', { ...ATTACKED, skip }, () => {
  let shared: SharedDaemon;
  let end: () => Promise<unknown>;
  before(async () => {
    const script = `
      mkdir -m 755 /srv/shells /srv/was
      cp /bin/dash /srv/shells/dash
      usermod -s /srv/shells/dash ada
      cp -a /srv/home/ada /srv/was/ada
      cp /etc/passwd /srv/was/passwd
    `;
    ({ shared, end } = await SharedDaemon.startForSuite({ programs: ['home-on-fuse'], script }));
  });
  after(() => end());

  for (const [what, [change, expected]] of Object.entries(JUDGED))
    it(`is what the kernel grants the user to ${what}`, async () => {
      const again = `
        umount -l /srv/home/ada 2> /dev/null || :
        rm -rf /srv/home/ada /srv/p /srv/shells/dash
        cp -a /srv/was/ada /srv/home/ada
        cp /bin/dash /srv/shells/dash
        cp /srv/was/passwd /etc/passwd
        h=/srv/home/ada s=/srv/shells/dash
      `;
      shared.machine.shell(again + change);
      assert.equal((await shared.answer('ada', REPORT)).replace(/^\0\x01/, '\x01'), expected);
      await shared.serves('bob');
    });

  for (const [kind, what] of [
    ['own', 'a home on a file system of the user that lets no one else in'],
    ['squashed', 'a home on a server that squashes root'],
  ] as const)
    it(`is what the kernel grants the user to ${what}`, async () => {
      shared.machine.shell('umount -l /srv/home/ada 2> /dev/null || :');
      shared.machine.shell('rm -rf /srv/home/ada; mkdir /srv/home/ada; cp /bin/dash /srv/shells/dash');
      shared.machine.shell('setfacl -b /srv/shells/dash; chmod 755 /srv/shells/dash');
      await shared.mountHome('ada', kind);
      assert.equal(await shared.answer('ada', REPORT), '\0/srv/home/ada /srv/shells/dash\n');
      await shared.serves('bob');
    });
});
