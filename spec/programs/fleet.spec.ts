import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { CLIENT, Fleet, HAPROXY, NGINX, type NodeName, noFleet } from '../support/machine/fleet.ts';
import { eventually } from '../support/peer.ts';
import { PATIENT } from '../support/program.ts';

const NODES: readonly NodeName[] = ['a', 'b'];
const HOWS = ['clear', 'tls'] as const;

/** Two daemons behind HAProxy, each with its agent, once HAProxy has asked it. */
async function behindHaproxy(t: TestContext): Promise<Fleet> {
  const fleet = await Fleet.make(t);
  await Promise.all(NODES.map((name) => fleet.start(name)));
  for (const name of NODES) fleet.agent(name);
  await fleet.haproxy();
  return fleet;
}

async function behindNginx(t: TestContext): Promise<Fleet> {
  const fleet = await Fleet.make(t);
  await Promise.all(NODES.map((name) => fleet.start(name)));
  await fleet.nginx();
  return fleet;
}

for (const [name, behind, skip] of [
  ['HAProxy', behindHaproxy, !HAPROXY && 'needs haproxy (Debian: haproxy)'],
  ['nginx', behindNginx, !NGINX && 'needs nginx (Debian: nginx-light, libnginx-mod-stream)'],
] as const)
  describe(`the fleet of docs/fleet.md behind ${name}`, { ...PATIENT, skip: noFleet || skip }, () => {
    it('gives a client all streams and the exit status, by its own address, and always the same daemon', async (t) => {
      const fleet = await behind(t);
      const nodes = new Set<NodeName>();
      for (const how of HOWS) {
        const ended = await fleet.run(how, `echo $RHOST; cat; ${Fleet.WHERE} >&2; exit 7`, 'in\n');
        assert.partialDeepStrictEqual(ended, { stdout: `${CLIENT}\nin\n`, status: 7 });
        nodes.add(fleet.node(ended.stderr));
      }
      assert.equal(nodes.size, 1);
      for (const each of NODES) assert.deepEqual(fleet.log(each), []);
    });

    it('serves a client of a daemon that has ended by the other one', async (t) => {
      const fleet = await behind(t);
      const before = fleet.node((await fleet.run('tls', Fleet.WHERE)).stdout);
      fleet.daemons[before].child.kill('SIGTERM');
      assert.equal((await fleet.daemons[before].end()).status, 0);
      for (const how of HOWS) assert.notEqual(fleet.node((await fleet.run(how, Fleet.WHERE)).stdout), before);
    });
  });

describe('a daemon of docs/fleet.md', { ...PATIENT, skip: noFleet || (!HAPROXY && 'needs haproxy') }, () => {
  it('is asked by HAProxy and its agent-check without a trace in its log, lockouts and sessions', async (t) => {
    const fleet = await behindHaproxy(t);
    await eventually(async () => (await fleet.checked('a')) === 'L4OK L7OK', 'it and its agent are asked');
    assert.deepEqual(fleet.log('a'), []);
    assert.equal(await fleet.ask('a', 'lockouts'), 'nobody is locked out\n');
    const { problems } = JSON.parse(await fleet.ask('a', 'status', '--json')) as {
      problems: { name: string }[];
    };
    assert.deepEqual(
      problems.map(({ name }) => name),
      ['clearTextServed'],
    );
  });

  it('that is stopped loses no session, gets no new one, and is used again after its start', async (t) => {
    const fleet = await behindHaproxy(t);
    const running = HOWS.flatMap((how) =>
      Array.from({ length: 4 }, () =>
        fleet.rexec(how, `${Fleet.WHERE}; read line; echo $line; echo err >&2; exit 5`),
      ),
    );
    const said = await Promise.all(running.map((each) => each.says(/^net:.*\n/)));
    const [drained, ...others] = [...new Set(said.map(([line]) => fleet.node(line)))];
    assert.deepEqual(others, []);
    fleet.daemons[drained!].child.kill('SIGTERM');
    for (const how of HOWS) assert.notEqual(fleet.node((await fleet.run(how, Fleet.WHERE)).stdout), drained);
    await eventually(async () => /^(DRAIN|DOWN)/.test(await fleet.status(drained!)), 'HAProxy knows');
    for (const each of running) each.child.stdin.end('end\n');
    for (const [index, each] of running.entries())
      assert.deepEqual(await each.end(), { stdout: `${said[index]![0]}end\n`, stderr: 'err\n', status: 5 });
    assert.equal((await fleet.daemons[drained!].end()).status, 0);
    await fleet.start(drained!);
    await eventually(async () => (await fleet.status(drained!)) === 'UP', 'HAProxy uses it again');
    assert.equal(fleet.node((await fleet.run('tls', Fleet.WHERE)).stdout), drained);
  });

  it('that has as many sessions as HAProxy gives it makes the next client wait for a place', async (t) => {
    const fleet = await behindHaproxy(t);
    const first = fleet.rexec('tls', `${Fleet.WHERE}; read line`);
    const [line] = await first.says(/^net:.*\n/);
    const node = fleet.node(line);
    await fleet.told(`set maxconn server rexec-tls/${node} 1`);
    const next = fleet.rexec('tls', Fleet.WHERE);
    await eventually(async () => (await fleet.waiting('rexec-tls', node)) === 1, 'it waits');
    first.child.stdin.end('\n');
    assert.equal((await next.end()).stdout, line);
  });
});
