import assert from 'node:assert/strict';
import { before, describe, it, type TestContext } from 'node:test';
import { PASSWORD, USER } from '../support/daemon/daemon.ts';
import { start } from '../support/program.ts';
import { WineDaemon } from './support/daemon.ts';
import { ON_WINE, prepareWine, wineFolder } from './support/wine.ts';

/** With `-c` it looks for the file that the command names, and says where. */
const NODE = 'N:\\bin\\node.exe';
const CMD = 'C:\\windows\\system32\\cmd.exe';
const HOME_UNUSABLE = 'REXECD-400';

/** What a client has of a command of a daemon with these variables, and the events of its home. */
async function run(t: TestContext, variables: Readonly<Record<string, string | null>>, command: string) {
  const daemon = await WineDaemon.start(t, wineFolder(t), [], {
    NODE_OPTIONS: '--import file:///R:/spec/windows/commands/set.mjs',
    SET: JSON.stringify({ HOME: null, SHELL: null, ...variables }),
  });
  const words = ['-l', USER, '-p', PASSWORD, '--port', `${daemon.port}`, '127.0.0.1', command];
  const ended = await start(t, 'rexec', words, { stdin: '' }).end();
  return { ...ended, problems: daemon.events(HOME_UNUSABLE).map(({ cause }) => cause) };
}

describe('the shell of a command on Windows', ON_WINE, () => {
  before(prepareWine);

  // Windows tells no case: SHELL and shell are one variable there, and so are COMSPEC and ComSpec.
  for (const [what, variables] of Object.entries({
    'SHELL, before ComSpec': { SHELL: NODE, ComSpec: CMD },
    'shell, before COMSPEC': { shell: NODE, COMSPEC: CMD },
    'ComSpec, without SHELL': { ComSpec: NODE },
    'COMSPEC, with an empty SHELL': { SHELL: '', COMSPEC: NODE },
  }))
    it(`[step 8] is that of ${what}`, async (t) => {
      const { stderr, status } = await run(t, variables, 'R:\\no such file');
      assert.match(stderr, /Cannot find module 'R:\\no such file'/);
      assert.equal(status, 1);
    });

  it('[step 8] is cmd.exe of the system directory without any of them', async (t) => {
    const { stdout } = await run(t, { ComSpec: null }, 'if 1==1 echo %ComSpec%');
    assert.equal(stdout, 'C:\\windows\\System32\\cmd.exe\r\n'); // Wine itself spells it otherwise
  });
});

describe('the home of a command on Windows', ON_WINE, () => {
  before(prepareWine);

  it('[NOTE] is HOME', async (t) => {
    const { stdout, problems } = await run(t, { HOME: 'C:\\Program Files' }, 'cd& echo %HOME%');
    assert.deepEqual([stdout, problems], ['C:\\Program Files\r\nC:\\Program Files\r\n', []]);
  });

  it('[NOTE] is the profile folder if HOME is made of what only interactive sessions have, and says so', async (t) => {
    const home = { HOME: '%HOMEDRIVE%%HOMEPATH%', USERPROFILE: 'C:\\users\\Public' };
    const { stdout, problems } = await run(t, home, 'cd& echo %HOME%');
    assert.equal(stdout, 'C:\\users\\Public\r\nC:\\users\\Public\r\n');
    assert.deepEqual(problems, [
      'HOME is %HOMEDRIVE%%HOMEPATH%, which is defined only in interactive sessions',
    ]);
  });

  it('[NOTE] is the root of the system drive if the folder cannot be entered, and says so', async (t) => {
    const { stdout, problems } = await run(t, { HOME: 'C:\\no such' }, 'cd');
    assert.equal(stdout, 'C:\\\r\n');
    assert.deepEqual(problems, ['C:\\no such: no such file or directory']);
  });
});
