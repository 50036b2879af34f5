import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ExecOptions } from '../../../lib/client/index.ts';
import { startFakeDaemon } from '../../support/daemon/fake-daemon.ts';

const BOUNDED = { timeout: 180_000 } as const;
const REFUSES = async (client: { send(bytes: string): Promise<void>; halfClose(): void }) => {
  await client.send('\x01no\n');
  client.halfClose();
};

/** What cannot be sent. */
const INVALID: readonly (readonly [what: string, options: Partial<ExecOptions>, command: string])[] = [
  ['a user of 257 bytes', { user: 'u'.repeat(257) }, 'true'],
  ['a user of 129 characters that are 258 bytes', { user: 'é'.repeat(129) }, 'true'],
  ['a NUL in the user', { user: 'a\0b' }, 'true'],
  ['a password of 257 bytes', { password: 'p'.repeat(257) }, 'true'],
  ['a NUL in the password', { password: Buffer.from('a\0b') }, 'true'],
  ['a command of 8193 bytes', {}, 'c'.repeat(8193)],
  ['a NUL in the command', {}, 'true\0false'],
];

describe('the request of a client', BOUNDED, () => {
  for (const [what, options, command] of INVALID)
    it(`is REXEC_REQUEST_INVALID for ${what}, before anybody is called`, async (t) => {
      const daemon = await startFakeDaemon(t, (client) => client.field());
      const { ended, message } = await daemon.outcome(options, command);
      assert.equal(ended, 'REXEC_REQUEST_INVALID');
      assert.match(message, /^(user|password|command) (is \d+ bytes, longer than \d+|contains a NUL byte)$/);
      assert.equal(daemon.connections(), 0);
    });

  it('tells the cause of REXEC_REQUEST_INVALID, and not the password', async (t) => {
    const daemon = await startFakeDaemon(t, (client) => client.field());
    await assert.rejects(daemon.exec({ password: 'hush\0' }).result, (error: Error & { cause: Error }) => {
      assert.equal((error.cause as Error & { code: string }).code, 'REXEC_NUL_IN_FIELD');
      assert.ok(!`${error.stack}${error.cause.stack}`.includes('hush'));
      return true;
    });
  });

  it('carries every byte of a password but NUL', async (t) => {
    const password = Uint8Array.from({ length: 255 }, (_, index) => index + 1);
    const daemon = await startFakeDaemon(t, async (client) => {
      const login = await client.login();
      await REFUSES(client);
      return login.password;
    });
    await daemon.outcome({ password });
    assert.equal(await daemon.played, Buffer.from(password).toString('latin1'));
  });

  it('carries names, passwords and commands at their limits', async (t) => {
    const [user, password, command] = ['u'.repeat(256), 'p'.repeat(256), 'c'.repeat(8192)] as const;
    const daemon = await startFakeDaemon(t, async (client) => {
      const login = await client.login();
      assert.deepEqual([login.user, login.password, login.command], [user, password, command]);
      await REFUSES(client);
    });
    assert.equal((await daemon.outcome({ user, password }, command)).ended, 'REXEC_REFUSED');
    await daemon.played;
  });

  it('carries empty fields', async (t) => {
    const daemon = await startFakeDaemon(t, async (client) => {
      const login = await client.login();
      assert.deepEqual([login.user, login.password, login.command], ['', '', '']);
      await REFUSES(client);
    });
    assert.equal((await daemon.outcome({ user: '', password: '' }, '')).ended, 'REXEC_REFUSED');
    await daemon.played;
  });

  it('sends text as UTF-8', async (t) => {
    const daemon = await startFakeDaemon(t, async (client) => {
      const login = await client.login();
      await REFUSES(client);
      return [login.user, login.password, login.command].map((field) =>
        Buffer.from(field, 'latin1').toString(),
      );
    });
    await daemon.outcome({ user: 'adaé', password: 'pässwörd' }, 'echo ✓');
    assert.deepEqual(await daemon.played, ['adaé', 'pässwörd', 'echo ✓']);
  });

  it('leaves the bytes of the password to the caller, who may wipe them at once', async (t) => {
    const password = Buffer.from('s3cret');
    const daemon = await startFakeDaemon(t, async (client) => {
      const login = await client.login();
      await REFUSES(client);
      return login.password;
    });
    const remote = daemon.exec({ password });
    assert.equal(String(password), 's3cret');
    password.fill(0);
    await assert.rejects(remote.result, { code: 'REXEC_REFUSED' });
    assert.equal(await daemon.played, 's3cret');
  });
});
