import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  type PanelSession,
  SESSION_SECONDS,
  TICKET_SECONDS,
  Tickets,
} from '../../../lib/panel/daemon/tickets.ts';

const ADMIN = { role: 'admin', madeBy: 'ada' } as const;

/** Tickets with a clock that is set by hand. */
function made() {
  const clock = { now: 1_000_000 };
  let kept: readonly PanelSession[] = [];
  const tickets = new Tickets(
    [],
    (sessions) => (kept = sessions),
    () => clock.now,
  );
  return { tickets, clock, kept: () => kept };
}

describe('a ticket of the panel', () => {
  it('is 256 random bits', () => {
    const { tickets } = made();
    const [one, other] = [tickets.mint(ADMIN), tickets.mint(ADMIN)];
    assert.equal(Buffer.from(one, 'base64url').length, 32);
    assert.notEqual(one, other);
  });

  it('is traded for a session of its role, once', () => {
    const { tickets } = made();
    const ticket = tickets.mint({ role: 'viewer', madeBy: 'mira' });
    const traded = tickets.trade(ticket);
    assert.deepEqual([traded?.session.role, traded?.session.madeBy], ['viewer', 'mira']);
    assert.notEqual(traded?.secret, ticket);
    assert.equal(tickets.trade(ticket), undefined);
  });

  it('is of no use after a minute', () => {
    const { tickets, clock } = made();
    const ticket = tickets.mint(ADMIN);
    clock.now += TICKET_SECONDS * 1000;
    assert.equal(tickets.trade(ticket), undefined);
  });

  it('is no session, and a session is no ticket', () => {
    const { tickets } = made();
    const ticket = tickets.mint(ADMIN);
    assert.equal(tickets.session(ticket), undefined);
    const { secret } = tickets.trade(ticket)!;
    assert.equal(tickets.trade(secret), undefined);
    assert.equal(tickets.session(secret)?.role, 'admin');
  });

  for (const wrong of ['', 'x', 'constructor', '\0'])
    it(`is not ${JSON.stringify(wrong)}`, () => {
      const { tickets } = made();
      tickets.mint(ADMIN);
      assert.equal(tickets.trade(wrong), undefined);
      assert.equal(tickets.session(wrong), undefined);
    });
});

describe('a session of the panel', () => {
  it('ends after hours, and when it is ended', () => {
    const { tickets, clock } = made();
    const [one, other] = [tickets.trade(tickets.mint(ADMIN))!, tickets.trade(tickets.mint(ADMIN))!];
    tickets.end(one.session);
    assert.equal(tickets.session(one.secret), undefined);
    assert.ok(tickets.session(other.secret));
    clock.now += SESSION_SECONDS * 1000;
    assert.equal(tickets.session(other.secret), undefined);
  });

  it('is kept by its hash, and known again by it', () => {
    const { tickets, kept, clock } = made();
    const { secret } = tickets.trade(tickets.mint(ADMIN))!;
    assert.ok(!JSON.stringify(kept()).includes(secret));
    const again = new Tickets(kept(), undefined, () => clock.now);
    assert.equal(again.session(secret)?.madeBy, 'ada');
  });

  it('is one of few: the oldest ends', () => {
    const { tickets, kept } = made();
    const first = tickets.trade(tickets.mint(ADMIN))!;
    for (let n = 0; n < 64; n += 1) tickets.trade(tickets.mint(ADMIN));
    assert.equal(kept().length, 64);
    assert.equal(tickets.session(first.secret), undefined);
  });
});
