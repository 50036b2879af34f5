import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { PanelProcess } from '../../../lib/panel/daemon/panel-process.ts';
import { PANEL_SANDBOX } from '../../../lib/panel/daemon/start-panel.ts';
import { Tickets } from '../../../lib/panel/daemon/tickets.ts';
import { type PanelSource, Verbs } from '../../../lib/panel/daemon/verbs.ts';
import type { Call, Order } from '../../../lib/panel/protocol.ts';
import { startSandboxed } from '../../../lib/sandbox/index.ts';
import { connectedSockets, eventually, within } from '../../support/peer.ts';
import { PATIENT } from '../../support/program.ts';
import { ACCOUNT, noSandbox } from '../sandbox/inside.ts';

const PROGRAM = fileURLToPath(new URL('../../support/programs/taken-panel.ts', import.meta.url));

/** A daemon that notes what it is made to do. */
function noted() {
  const done: string[] = [];
  const note =
    <T>(what: string, result: T) =>
    () => {
      done.push(what);
      return result;
    };
  const source: PanelSource = {
    counters: note('counters', 'a 1\n'),
    news: note('news', Promise.reject(new Error('not reached'))),
    session: note('session', Promise.resolve(null)),
    settings: note('settings', Promise.resolve([])),
    kill: note('kill', undefined),
    unlock: note('unlock', Promise.resolve()),
    reload: note('reload', Promise.resolve([])),
    set: note('set', Promise.resolve()),
    used: note('used', undefined),
  };
  source.news({ revision: 0, cursor: 0 }).catch(() => {});
  done.length = 0;
  return { source, done };
}

/** A panel of an administrator, and the process of it that does something else than it was made for. */
function taken(t: TestContext, attack: string) {
  const { source, done } = noted();
  const tickets = new Tickets();
  tickets.trade(tickets.mint({ role: 'admin', madeBy: 'ada' })); // somebody has the page open
  const answers: Order[] = [];
  class Noting extends Verbs {
    override async call(call: Call): Promise<unknown> {
      const { number } = call;
      try {
        const result = await super.call(call);
        answers.push({ say: 'result', number, result });
        return result;
      } catch (error) {
        const { kind, message } = error as { kind: 'login'; message: string };
        answers.push({ say: 'failure', number, kind, message });
        throw error;
      }
    }
  }
  const start = () => startSandboxed(PROGRAM, { ...PANEL_SANDBOX, ...ACCOUNT, words: [attack] });
  const process = new PanelProcess(start, new Noting(source, tickets));
  t.after(() => process.end());
  return { process, done, answers };
}

describe('a process of the panel that was taken over', { ...PATIENT, skip: noSandbox }, () => {
  for (const attack of ['calls every verb', 'calls every verb with sessions of its own invention'])
    it(`gets counters and nothing else, if it ${attack}`, async (t) => {
      const { process, done, answers } = taken(t, attack);
      await eventually(() => answers.length === 11, `it has its answers, not ${answers.length}`);
      assert.deepEqual(done, ['counters']);
      const results = answers.filter(({ say }) => say === 'result');
      // The news of no page: which of the sessions have ended, and nothing of the daemon.
      assert.equal(results.length, 2);
      assert.ok(results.every((each) => JSON.stringify(each).match(/"a 1|"ended":\[0?(,1)?\]\}/)));
      assert.ok(process.usable);
    });

  for (const [attack, cause] of [
    ['calls too many at a time', /^more than 64 calls at a time$/],
    ['calls too often', /^more than (300 calls in a second|64 calls at a time)$/],
    ['says what nobody says', /^an unknown message$/],
    ['names a session that is none', /^an unknown message$/],
    ['names a verb of great length', /^an unknown message$/],
    ['sends a body of another kind', /^an unknown message$/],
    [
      'says that it has a connection that it was not given',
      /^it was given no connection 1, or has it already$/,
    ],
    ['says that it is ready again and again', /^an unknown message$/],
  ] as const)
    it(`is killed if it ${attack}`, async (t) => {
      const { process, done } = taken(t, attack);
      assert.match(await within(process.gone, 'its end'), cause);
      await nextTurn();
      assert.ok(done.every((each) => each === 'counters'));
    });

  it('is killed if it takes no connection, which can go to another one', async (t) => {
    const { process } = taken(t, 'takes no connection');
    await process.started;
    const [connection] = await connectedSockets(t);
    t.mock.timers.enable({ apis: ['setTimeout'] });
    process.give(connection);
    t.mock.timers.tick(40_000);
    t.mock.timers.reset();
    assert.equal(await within(process.gone, 'its end'), 'it took no connection within 40 s');
    assert.deepEqual(process.takeBack(), [connection]);
  });
});
