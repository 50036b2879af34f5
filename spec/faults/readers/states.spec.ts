import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { is, Secret } from '../../../lib/base/index.ts';
import { SessionError } from '../../../lib/connection/index.ts';
import type { Reader } from '../../../lib/readers/reader.ts';
import { REPORTS, type Report } from '../../../lib/readers/reader-protocol.ts';
import { RemoteVisit } from '../../../lib/readers/remote-visit.ts';
import { BOUNDED } from '../../support/daemon/daemon.ts';
import { connectedSockets, within } from '../../support/peer.ts';

const ID = 'a1';
const LOWEST = 512;
const OPTIONS = { requestSeconds: 60, drainSeconds: 1, lowestStderrPort: LOWEST };
const base64 = (bytes: number): string => Buffer.alloc(bytes, 'x').toString('base64');

const SAYS = ['unwrapped', 'port', 'request', 'failed', 'gone', 'released', 'over', 'bytes'] as const;
type Say = (typeof SAYS)[number];

/** One of each kind that its rules allow in itself. */
const report = (say: Say, secure: boolean): Report =>
  ({
    unwrapped: { say, id: ID, source: { address: '192.0.2.7', port: 7 } },
    port: { say, id: ID, port: LOWEST, muxed: false },
    request: {
      ...{ say, id: ID, user: base64(256), command: base64(8192) },
      ...(secure && { certificate: null }),
    },
    failed: { say, id: ID, user: '', silent: false, failure: { kind: 'late', cause: 'late' } },
    gone: { say, id: ID },
    released: { say, id: ID, early: '', muxed: secure, carriesStderr: secure },
    over: { say, id: ID },
    bytes: { say, id: ID, received: 1, sent: 1 },
  })[say] as Report;

class Visited {
  readonly visit: RemoteVisit;
  readonly secure: boolean;
  readonly said: string[] = [];
  readonly expected = new Set<string>();

  constructor(t: TestContext, socket: ConstructorParameters<typeof RemoteVisit>[1], secure: boolean) {
    this.secure = secure;
    const reader: Reader = {
      say: ({ say }) => void this.said.push(say),
      give: ({ say }, end) => {
        this.said.push(say);
        t.after(() => end.destroy());
      },
      expect: (what) => {
        this.expected.add(what);
        return () => void this.expected.delete(what);
      },
      turnAway: async () => {},
    };
    this.visit = new RemoteVisit(ID, socket, secure, OPTIONS, reader);
  }

  static async of(t: TestContext, secure: boolean): Promise<Visited> {
    const [accepted] = await connectedSockets(t);
    const visited = new Visited(t, accepted, secure);
    t.after(() => {
      visited.visit.lost(new SessionError('REXEC_BUSY', 'the test has ended'));
      visited.visit.destroy();
    });
    return visited;
  }

  hear(said: Report, secret = Secret.empty()): boolean {
    return this.visit.hear(said, secret);
  }

  hears(...says: Say[]): void {
    for (const say of says) assert.ok(this.hear(report(say, this.secure)), say);
  }
}

/** How a visit gets into each state, and what a reader may say there. */
const STATES: Readonly<
  Record<string, { secure?: true; enter: (visited: Visited) => unknown; takes: readonly Say[] }>
> = {
  receiving: { enter: () => {}, takes: ['port', 'request', 'failed', 'gone'] },
  connecting: {
    enter: (visited) => {
      visited.visit.receive(() => new Promise(() => {}));
      visited.hears('port');
    },
    takes: ['failed', 'gone'],
  },
  verifying: { enter: (visited) => visited.hears('request'), takes: ['gone'] },
  releasing: {
    enter: (visited) => {
      visited.hears('request');
      visited.visit.release().catch(() => {});
    },
    takes: ['released', 'gone'],
  },
  carrying: {
    secure: true,
    enter: async (visited) => {
      visited.hears('request');
      const released = visited.visit.release();
      visited.hears('released');
      await released;
    },
    takes: ['gone', 'over'],
  },
  closing: {
    enter: (visited) => {
      visited.visit.refuse('Try again.').catch(() => {});
    },
    takes: ['port', 'request', 'failed', 'released', 'gone', 'over'],
  },
  over: {
    enter: (visited) => {
      visited.visit.refuse(null).catch(() => {});
      visited.hears('over');
    },
    takes: [],
  },
};

describe('what a reader may say about a visit', BOUNDED, () => {
  for (const [state, { secure = false, enter, takes }] of Object.entries(STATES))
    for (const say of SAYS) {
      const allowed = takes.includes(say);
      it(`${allowed ? 'may be, once,' : 'may not be'} "${say}" when it is ${state}`, async (t) => {
        const visited = await Visited.of(t, secure);
        await enter(visited);
        assert.equal(visited.visit.state, state);
        assert.equal(visited.hear(report(say, secure)), allowed);
        assert.equal(visited.hear(report(say, secure)), false, 'a second time');
      });

      it(`may not have a secret with it: "${say}" when it is ${state}`, async (t) => {
        const visited = await Visited.of(t, secure);
        await enter(visited);
        const secret = new Secret(Buffer.from('secret'));
        assert.equal(visited.hear(report(say, secure), secret), allowed && say === 'request');
        if (state === 'receiving' && say === 'request') return;
        assert.throws(() => secret.bytes, /wiped/);
      });
    }

  it('may be one answer for each time that its bytes are asked for', async (t) => {
    const visited = await Visited.of(t, false);
    const bytes = visited.visit.bytes();
    assert.ok(visited.hear(report('bytes', false)));
    const { received } = (await bytes)!;
    assert.equal(received, 1);
    assert.equal(visited.hear(report('bytes', false)), false);
  });

  for (const state of ['receiving', 'connecting'])
    it(`is no longer waited for once the visit is closed while ${state}`, async (t) => {
      const visited = await Visited.of(t, false);
      await STATES[state]!.enter(visited);
      const received = visited.visit.receive(() => undefined);
      visited.visit.destroy();
      visited.hears('over');
      await assert.rejects(within(received, 'an end of the request'), { code: 'REXEC_PEER_VANISHED' });
    });

  it('is no reason to leave a peer without a line if the reader ends while the login is checked', async (t) => {
    const visited = await Visited.of(t, false);
    visited.hears('request');
    visited.visit.lost(new SessionError('REXEC_BUSY', 'it ended'));
    await assert.rejects(visited.visit.release(), { code: 'REXEC_BUSY' });
  });

  for (const [what, said] of Object.entries({
    'a port below lowestStderrPort': { ...report('port', false), port: LOWEST - 1 },
    'a multiplexed connection in clear text': { ...report('port', false), muxed: true },
    'a certificate in clear text': {
      ...report('request', false),
      certificate: { subject: 'CN=root', commonNames: ['root'], fingerprint: '0'.repeat(64) },
    },
    'that there is no certificate in clear text': { ...report('request', false), certificate: null },
  }))
    it(`may not be ${what}`, async (t) => {
      const visited = await Visited.of(t, false);
      assert.equal(visited.hear(said as Report), false);
    });

  it('may not be a password of 257 bytes', async (t) => {
    for (const length of [256, 257]) {
      const visited = await Visited.of(t, false);
      assert.equal(
        visited.hear(report('request', false), new Secret(Buffer.alloc(length, 'x'))),
        length === 256,
      );
    }
  });

  it('has a time by which it must come: a request, a release, a close', async (t) => {
    const due = async (state: string) => {
      const { secure = false, enter } = STATES[state]!;
      const visited = await Visited.of(t, secure);
      await enter(visited);
      return [...visited.expected];
    };
    assert.deepEqual(await due('receiving'), ['request and no failure']);
    assert.deepEqual(await due('connecting'), ['request and no failure']);
    assert.deepEqual(await due('verifying'), []);
    assert.deepEqual(await due('releasing'), ['release of a connection']);
    assert.deepEqual(await due('carrying'), []);
    assert.deepEqual(await due('closing'), ['close of a connection']);
    assert.deepEqual(await due('over'), []);
  });
});

describe('a report of a reader', () => {
  const isReport = is.message(REPORTS);

  it('has the fields of its kind and no others', () => {
    for (const say of SAYS) {
      const fits = report(say, true);
      assert.ok(isReport(fits), say);
      assert.equal(isReport({ ...fits, more: 1 }), false);
      for (const field of Object.keys(fits)) {
        if (field === 'certificate') continue;
        for (const value of [undefined, ...(field === 'source' ? [] : [null]), {}, [], -1, 1.5, '\0', 'é'])
          assert.equal(isReport({ ...fits, [field]: value }), false, `${say} ${field} ${value}`);
      }
    }
  });

  it('names an address and a port, or that the connection is of the proxy itself', () => {
    const fits = report('unwrapped', false);
    for (const source of [
      null,
      { address: '2001:db8::7', port: 0 },
      { address: '::ffff:192.0.2.7', port: 65_535 },
    ])
      assert.ok(isReport({ ...fits, source }));
    for (const source of [
      { address: 'localhost', port: 7 },
      { address: '192.0.2.7\n', port: 7 },
      { address: '', port: 7 },
      { address: '192.0.2.7', port: 65_536 },
      { address: '192.0.2.7' },
    ])
      assert.equal(isReport({ ...fits, source }), false, JSON.stringify(source));
  });

  it('has fields of at most 256 and 8192 bytes', () => {
    const fits = report('request', false);
    assert.ok(isReport(fits));
    for (const longer of [{ user: base64(257) }, { command: base64(8193) }, { user: `${base64(256)}AA` }])
      assert.equal(isReport({ ...fits, ...longer }), false);
  });
});
