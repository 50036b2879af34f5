import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Authenticator } from '../../../lib/login/index.ts';
import { anyone, BOUNDED, forEveryWay, startDaemon } from '../../support/daemon/daemon.ts';

/** A request whose only long field has `length` bytes, up to but without that field's NUL. */
const FIELDS = {
  user: ['[step 3]', 256, 'username', (length: number) => `\0${'u'.repeat(length)}`, '\0p\0echo ran\0'],
  password: ['[step 4]', 256, 'password', (length: number) => `\0u\0${'p'.repeat(length)}`, '\0echo ran\0'],
  command: ['[step 5]', 8192, 'command', (length: number) => `\0u\0p\0${'echo ran;'.padEnd(length)}`, '\0'],
} as const;

for (const [field, [step, limit, label, head, tail]] of Object.entries(FIELDS))
  describe(`${step} the length of the ${field}`, BOUNDED, () => {
    it(`${step} lets ${limit} bytes pass`, async (t) => {
      const daemon = await startDaemon(t, { authenticator: anyone() });
      assert.equal(await daemon.answer(head(limit) + tail), '\0ran\n');
    });

    for (const [how, end] of [
      ['with its NUL', tail],
      ['without its NUL', ''],
    ] as const)
      it(`${step} refuses one more byte, ${how}`, async (t) => {
        const daemon = await startDaemon(t, { authenticator: anyone() });
        assert.equal(await daemon.answer(head(limit + 1) + end), `\x01${label} too long\n`);
        assert.equal((await daemon.events.seen('requestRefused')).code, 'REXEC_FIELD_TOO_LONG');
        assert.deepEqual(daemon.events.all('loginAccepted'), []);
        await daemon.assertServesNextPeer();
      });

    it(`${step} refuses at the byte over the limit, not before`, async (t) => {
      const daemon = await startDaemon(t, { authenticator: anyone() });
      const peer = await daemon.connect();
      await peer.send(head(limit));
      assert.equal(await Promise.race([peer.chunk(), daemon.assertServesNextPeer()]), undefined);
      await peer.send(field.slice(0, 1));
      assert.equal(
        await daemon.events.seen('requestRefused').then(({ code }) => code),
        'REXEC_FIELD_TOO_LONG',
      );
    });
  });

describe('[steps 3 to 5] the bytes of the fields', BOUNDED, () => {
  it('[step 4] passes the password on as bytes, NUL excluded', async (t) => {
    const seen: string[] = [];
    const authenticator: Authenticator = {
      async authenticate(credentials) {
        seen.push(credentials.user, credentials.secret.bytes.toString('latin1'));
        return anyone().authenticate(credentials);
      },
    };
    const secret = String.fromCharCode(...Array.from({ length: 255 }, (_, index) => index + 1));
    const daemon = await startDaemon(t, { authenticator });
    assert.equal(await daemon.answer(`\0Zo\xc3\xab\0${secret}\0echo ran\0`), '\0ran\n');
    assert.deepEqual(seen, ['Zoë', secret]);
  });

  it('[steps 3 and 5] shows what is not text in the log as U+FFFD', async (t) => {
    const daemon = await startDaemon(t, { authenticator: anyone() });
    assert.equal(await daemon.answer('\0Zo\xeb\0p\0: \xff\0'), '\0');
    const { user, command } = await daemon.events.seen('commandStarted');
    assert.deepEqual([user, command], ['Zo\ufffd', ': \ufffd']);
  });

  it('[steps 3 and 5] shows user and command in the log in the charset that is set', async (t) => {
    const daemon = await startDaemon(t, { authenticator: anyone(), charset: 'windows-1252' });
    assert.equal(await daemon.answer('\0Zo\xeb\0p\0: \x80\0'), '\0');
    const { user, command } = await daemon.events.seen('commandStarted');
    assert.deepEqual([user, command], ['Zo\u00eb', ': \u20ac']);
  });

  it('[step 3] keeps names of different bytes apart, whatever they look like', async (t) => {
    const seen = new Set<string>();
    const authenticator: Authenticator = {
      async authenticate(credentials) {
        seen.add(credentials.user);
        return anyone().authenticate(credentials);
      },
    };
    const daemon = await startDaemon(t, { authenticator });
    const names = ['\xff', '\xfe', '\xef\xbf\xbd', '\xed\xb3\xbf', '\xc3', '\xc3\xbf'];
    for (const name of names) await daemon.answer(`\0${name}\0p\0:\0`);
    assert.equal(seen.size, names.length);
  });
});

forEveryWay('[step 5] a command at the limit', (way) => {
  it('[step 5] runs a command of 8192 bytes to its last byte', async (t) => {
    const daemon = await startDaemon(t, { authenticator: anyone(), ...way });
    const line = `x=${'a'.repeat(8192 - 2 - 12)}; echo \${#x}`;
    assert.equal(line.length, 8192);
    const peer = await daemon.run(line);
    assert.equal(await peer.toEnd(), `${8192 - 2 - 12}\n`);
  });

  it('[step 5] runs an empty command', async (t) => {
    const daemon = await startDaemon(t, { authenticator: anyone(), ...way });
    assert.equal(await (await daemon.run('')).toEnd(), '');
    assert.equal((await daemon.events.seen('commandEnded')).status, 0);
  });
});
