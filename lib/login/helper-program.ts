import { Socket } from 'node:net';
import { PamError, PamTransaction, processTraits, restoreProcessTraits } from '../native/index.ts';
import { AuthenticationThreads } from './authentication-threads.ts';
import { encodeMessage, type Message, MessageReader } from './helper-messages.ts';
import type { OpenSession, Question, SessionOpened } from './helper-protocol.ts';

// The login helper: a process of its own, because PAM and name service modules are other people's code. They may crash,
// hang, take memory (which makes every fork dearer) or change what the process is, and the daemon goes on.

const LINE = 3; // to the daemon and back
const NO_SECRET = Buffer.alloc(0);

const sessions = new Map<string, PamTransaction>();
const inherited = processTraits();
const threads = new AuthenticationThreads(Number(process.argv[2]));
let spoilt = false; // a limit that was lowered could not be raised again
let lastSession = 0;

const line = new Socket({ fd: LINE });
const reader = new MessageReader();
line.on('data', (chunk: Buffer) => {
  for (const message of reader.push(chunk)) answer(message);
});
line.once('end', () => {
  for (const session of sessions.keys()) closeSession(session);
  process.exit();
});
line.on('error', () => process.exit()); // the daemon is gone
for (const signal of ['SIGINT', 'SIGHUP', 'SIGTERM'] as const) process.on(signal, () => {}); // it ends with the daemon

async function answer({ body, secret }: Message): Promise<void> {
  const { id, ...question } = body as Question & { id: number };
  line.write(encodeMessage({ id, ...(await outcomeOf(question as Question, secret)) }));
}

/** Sessions are opened in this thread, one after another: each changes the process, which is put right after it. */
async function outcomeOf(question: Question, secret: Buffer): Promise<object> {
  try {
    if (question.ask === 'openSession') return openSession(question);
    if (question.ask === 'closeSession') return closeSession(question.session);
    const answered = await threads.ask(question, secret);
    return 'answer' in answered ? answered.answer : answered;
  } catch (error) {
    return { cause: (error as Error).message, refused: error instanceof PamError };
  }
}

function openSession({ service, user, address }: OpenSession): SessionOpened {
  if (spoilt) return { session: '', environment: {}, traits: inherited, spoilt };
  const pam = PamTransaction.start({ service, user, address }, NO_SECRET);
  try {
    pam.openSession();
    const { limits, umask, niceness } = processTraits();
    const changed = Object.entries(limits).filter(([name, limit]) => limit !== inherited.limits[name]);
    lastSession += 1;
    const session = `${process.pid}.${lastSession}`;
    sessions.set(session, pam);
    const traits = { limits: Object.fromEntries(changed), umask, niceness };
    restore();
    return { session, environment: pam.environment(), traits, spoilt };
  } catch (error) {
    pam.end();
    restore();
    throw error;
  }
}

/** Takes CAP_SYS_RESOURCE where a session lowered a hard limit. */
function restore(): void {
  try {
    restoreProcessTraits(inherited);
  } catch {
    spoilt = true;
  }
}

function closeSession(session: string): object {
  const pam = sessions.get(session);
  sessions.delete(session);
  try {
    pam?.closeSession();
  } finally {
    pam?.end();
  }
  return {};
}
