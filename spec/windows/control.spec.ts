import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { ON_WINE, onWine, prepareWine, wineFolder } from './support/wine.ts';

const PRELUDE = `
import { ControlServer, controlSocketOf, tellDaemon } from './lib/control/index.ts';
import { securityOfPipe } from './lib/native/index.ts';
const path = controlSocketOf(process.pid + 20000);
const outcome = (work) => work().then((value) => value ?? 'nothing', (error) => error.message.replaceAll(path, 'PIPE'));
const say = (value) => process.stdout.write(JSON.stringify(value));
const server = new ControlServer(path, { echo: (what) => what, much: () => 'x'.repeat(5_000_000) });
`;
const END = 'server.close();';

describe('the control pipe on Windows', ON_WINE, () => {
  before(prepareWine);

  it('carries orders and what came of them', async (t) => {
    const [echo, much, many, unknown] = await onWine<[unknown, number, number[], string]>(
      wineFolder(t),
      `${PRELUDE} await server.listen();
      say([
        await tellDaemon(path, 'echo', { a: ['é', 1] }),
        (await tellDaemon(path, 'much')).length,
        await Promise.all([1, 2, 3, 4, 5, 6].map((each) => tellDaemon(path, 'echo', each))),
        await outcome(() => tellDaemon(path, 'nonsense')),
      ]); ${END}`,
    );
    assert.deepEqual(echo, { a: ['é', 1] });
    assert.equal(much, 5_000_000);
    assert.deepEqual(many, [1, 2, 3, 4, 5, 6]);
    assert.equal(unknown, 'unknown operation nonsense');
  });

  it('can be opened by SYSTEM, Administrators and its account alone', async (t) => {
    const [before, after] = await onWine<[string[], string[]]>(
      wineFolder(t),
      `${PRELUDE} import { createServer } from 'node:net'; import { once } from 'node:events';
      const sids = (pipe) => securityOfPipe(pipe).grants?.map(({ sid }) => sid).sort();
      const usual = createServer().listen(path + '-usual');
      await once(usual, 'listening');
      const before = sids(path + '-usual');
      usual.close();
      await server.listen();
      say([before, sids(path)]); ${END}`,
    );
    assert.deepEqual(after, ['S-1-5-18', 'S-1-5-32-544']); // the account is an administrator
    assert.notDeepEqual(before, after); // control: what Node.js makes by itself is another list
  });

  it('is listened on by one daemon at a time, and free once that has left', async (t) => {
    const [second, absent, again] = await onWine<string[]>(
      wineFolder(t),
      `${PRELUDE} await server.listen();
      const second = await outcome(() => new ControlServer(path, {}).listen());
      ${END}
      const absent = await outcome(() => tellDaemon(path, 'echo', 1));
      const other = new ControlServer(path, {});
      say([second, absent, await outcome(() => other.listen())]); other.close();`,
    );
    assert.equal(second, 'control socket PIPE: another daemon is already listening there');
    assert.equal(absent, 'control socket PIPE: no daemon is listening there (check --port)');
    assert.equal(again, 'nothing');
  });

  it('is not spoken to if another account made it', async (t) => {
    const said = await onWine<string>(
      wineFolder(t),
      `${PRELUDE} import { protectPipe } from './lib/native/index.ts';
      await server.listen();
      protectPipe(path, 'O:BUD:P(A;;FA;;;WD)');
      say(await outcome(() => tellDaemon(path, 'echo', 1))); ${END}`,
    );
    assert.equal(
      said,
      'control socket PIPE: PIPE was made by BUILTIN\\Users, not by SYSTEM, Administrators or this account',
    );
  });
});
