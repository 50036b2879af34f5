import { Socket } from 'node:net';
import { ignoreSignals, STRAY_SIGNALS } from '../base/index.ts';
import { launcherNamed, takeOver } from '../launch/index.ts';
import { addressAndPort, type Credentials, type Grant, LoginError } from '../login/index.ts';
import { encodeMessage } from '../messages/index.ts';
import { refusalFor, refuse, Session, type SessionOptions } from '../orchestrator/index.ts';
import { fixAddresses } from './ends.ts';
import { Headroom, noDescriptors } from './headroom.ts';
import {
  type Order,
  type Report,
  SECRET_LINE,
  type Verdict,
  type VerifyQuestion,
} from './worker-protocol.ts';

// A worker: sessions in a process of their own. Who may come in, who may log in and what is logged is the daemon's.

const sessions = new Map<string, Session>();
const verdicts = new Map<number, (verdict: Verdict) => void>();
const secrets = new Socket({ fd: SECRET_LINE, readable: false, writable: true });
const events = { emit: (name: string, fields: object) => report({ say: 'event', name, fields }) };
const headroom = new Headroom();
let shared: Omit<SessionOptions, 'login'>;
let lastAsk = 0;
let turn: Promise<void> = Promise.resolve();

process.on('message', (order: Order, handle: unknown) => {
  turn = turn.then(() => obey(order, handle)).catch(broken); // in their order, also while a launcher is loaded
});
process.on('disconnect', () => process.exit()); // the daemon is gone
secrets.on('error', () => process.exit());
ignoreSignals(['SIGINT', 'SIGHUP', 'SIGTERM', 'SIGQUIT', ...STRAY_SIGNALS]); // the daemon ends us

function report(told: Report): void {
  if (process.connected) process.send!(told);
}

function broken(error: Error, session = 'none'): void {
  events.emit('sessionBroken', { session, cause: error.stack ?? error.message });
}

async function obey(order: Order, handle: unknown): Promise<void> {
  if (order.say === 'settings') {
    shared = { ...order.settings, events, launcher: await launcherNamed(order.settings.launcher) };
  } else if (order.say === 'serve') {
    const connection = fixAddresses(takeOver(handle));
    serve(order.id, connection).catch((error) => {
      broken(error, order.id);
      leave(order.id, connection);
    });
  } else if (order.say === 'verdict') {
    verdicts.get(order.ask)?.(order.verdict);
    verdicts.delete(order.ask);
  } else if (order.say === 'summary') {
    report({ say: 'summary', ask: order.ask, summary: sessions.get(order.id)?.summary });
  } else if (order.say === 'stop') {
    sessions.get(order.id)?.stop();
  } else {
    sessions
      .get(order.id)
      ?.hangUp()
      .catch((error) => broken(error, order.id));
  }
}

async function serve(id: string, connection: Socket): Promise<void> {
  if (connection.remoteAddress === undefined) return leave(id, connection); // the peer has left
  if (headroom.for(connection) !== 'enough') return turnAway(id, connection);
  const session = new Session(connection, { ...shared, login: loginOf(id) }, id);
  sessions.set(id, session);
  await session.run();
  sessions.delete(id);
  leave(id, connection);
}

/** At once: the time to take the answer would cost what there is none of. */
function turnAway(id: string, connection: Socket): void {
  const error = noDescriptors();
  const peer = addressAndPort(connection.remoteAddress ?? '', connection.remotePort ?? 0);
  events.emit('connectionRefused', { peer, cause: error.message });
  refuse(connection, refusalFor(error), 0).catch(broken);
  leave(id, connection);
}

function leave(id: string, connection: Socket): void {
  connection.destroy();
  report({ say: 'over', id });
}

/** The daemon's login, asked from here. Wipes the secret. */
const loginOf = (session: string): SessionOptions['login'] => ({
  async verify({ user, secret, address }: Credentials, gone: AbortSignal): Promise<Grant> {
    lastAsk += 1;
    const ask = lastAsk;
    const message = encodeMessage({ ask, session, user, address } satisfies VerifyQuestion, secret);
    secret.fill(0);
    secrets.write(message, () => message.fill(0));
    const leave = () => report({ say: 'gone', ask });
    gone.addEventListener('abort', leave);
    const verdict = await new Promise<Verdict>((resolve) => verdicts.set(ask, resolve));
    gone.removeEventListener('abort', leave);
    if ('cause' in verdict) throw new LoginError(verdict.cause);
    return verdict.grant;
  },
});
