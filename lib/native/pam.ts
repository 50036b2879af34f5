import { RexecError, Secret } from '../base/index.ts';
import { exactText } from '../text/index.ts';
import { cString, inThreadPool, koffi, libc } from './koffi.ts';

/** Whom a PAM service is asked about, and from where. */
export interface PamPeer {
  readonly service: string;
  readonly user: string; // an exact text
  readonly address: string;
}

/** A PAM module said no, or could not be asked. `message` names the step and PAM's own words, never a secret. */
export class PamError extends RexecError {
  override readonly code = 'REXEC_PAM_REFUSED';
}

const libpam = () => {
  const library = koffi.load('libpam.so.0');
  return {
    start: library.func(
      'int pam_start(const char *service, const char *user, void *conv, _Out_ void **handle)',
    ),
    end: library.func('int pam_end(void *handle, int status)'),
    setItem: library.func('int pam_set_item(void *handle, int item, const char *value)'),
    setHook: library.func('pam_set_item', 'int', ['void *', 'int', 'void *']),
    getItem: library.func('int pam_get_item(void *handle, int item, _Out_ void **value)'),
    strerror: library.func('const char *pam_strerror(void *handle, int code)'),
    putenv: library.func('int pam_putenv(void *handle, const char *entry)'),
    getenvlist: library.func('void *pam_getenvlist(void *handle)'),
    authenticate: library.func('int pam_authenticate(void *handle, int flags)'),
    checkAccount: library.func('int pam_acct_mgmt(void *handle, int flags)'),
    setCredentials: library.func('int pam_setcred(void *handle, int flags)'),
    openSession: library.func('int pam_open_session(void *handle, int flags)'),
    closeSession: library.func('int pam_close_session(void *handle, int flags)'),
  } as const;
};

type Library = ReturnType<typeof libpam>;
type Step = 'authenticate' | 'checkAccount' | 'setCredentials' | 'openSession' | 'closeSession';

const SUCCESS = 0;
const CONVERSATION_FAILED = 19;
const ITEM = { user: 2, terminal: 3, address: 4, failDelay: 10 } as const;
const ECHO_OFF = 1;
const ECHO_ON = 2;
/** Flags: no empty password passes, whatever the service file says; credentials are made. */
const FLAGS = { noEmptyPassword: 0x1, establish: 0x2, none: 0 } as const;
/** Modules want a terminal to name in their records; there is none. */
const TERMINAL = 'rexec';

const calloc = libc.func('void *calloc(size_t count, size_t size)');
const free = libc.func('void free(void *memory)');
const strlen = libc.func('size_t strlen(void *text)');

const Message = koffi.struct({ style: 'int', text: 'const char *' });
const Response = koffi.struct({ text: 'void *', retcode: 'int' });
const conversation = koffi.proto('int conversation(int count, void *messages, void *responses, intptr_t id)');
const Conversation = koffi.struct({ talk: koffi.pointer(conversation), id: 'intptr_t' });
const failDelay = koffi.proto('void failDelay(int status, uint32_t microseconds, void *data)');

let library: Library | undefined;
/** What a transaction answers, and what its modules told the user. */
interface Talk {
  readonly secret: Secret;
  readonly told: string[];
}

const talks = new Map<number, Talk>();
let lastId = 0;

/** Answers every question of a module with the secret, keeps what it tells. Called by PAM, on the main thread. */
const talk = koffi.register((count: number, messages: unknown, responses: unknown, id: number | bigint) => {
  try {
    const { secret, told } = talks.get(Number(id))!;
    const answers = calloc(count, koffi.sizeof(Response)); // PAM frees it, and what it points to
    const asked: unknown[] = koffi.decode(messages, koffi.array('void *', count));
    for (const [index, pointer] of asked.entries()) {
      const { style, text: message } = koffi.decode(pointer, Message) as { style: number; text: string };
      if (style !== ECHO_OFF && style !== ECHO_ON) {
        told.push(message);
        continue;
      }
      const text = calloc(secret.length + 1, 1);
      if (secret.length > 0) koffi.encode(text, koffi.array('uint8_t', secret.length), secret.bytes);
      koffi.encode(answers, index * koffi.sizeof(Response), Response, { text, retcode: 0 });
    }
    koffi.encode(responses, 'void *', answers);
    return SUCCESS;
  } catch {
    return CONVERSATION_FAILED; // an exception would reach PAM as success without an answer
  }
}, koffi.pointer(conversation));

/** Takes the place of PAM's own delay, which would hold a thread for seconds; refusals wait elsewhere. */
const noDelay = koffi.register(() => {}, koffi.pointer(failDelay));

interface Begun {
  readonly pam: Library;
  readonly id: number;
  readonly talking: unknown;
  readonly handle: [unknown];
}

function newTransaction(): Begun {
  library ??= libpam();
  const id = ++lastId;
  const talking = calloc(1, koffi.sizeof(Conversation)); // PAM keeps a copy
  koffi.encode(talking, Conversation, { talk, id });
  return { pam: library, id, talking, handle: [null] };
}

/** One PAM transaction (pam_start to pam_end). Each step runs in the thread pool and throws {@link PamError}. */
export class PamTransaction {
  readonly #pam: Library;
  readonly #handle: unknown;
  readonly #id: number;
  #status = SUCCESS;

  private constructor(pam: Library, handle: unknown, id: number) {
    this.#pam = pam;
    this.#handle = handle;
    this.#id = id;
  }

  /** @param secret what questions are answered with, until the last step */
  static async start({ service, user, address }: PamPeer, secret: Secret): Promise<PamTransaction> {
    const { pam, id, talking, handle } = newTransaction();
    const status = await inThreadPool<number>(pam.start, service, cString(user), talking, handle);
    return PamTransaction.#started(status, secret, address, { pam, id, talking, handle });
  }

  /**
   * Opens a session for the user, on this thread: a login uid, a keyring, a mount namespace and a priority belong to the
   * thread that the modules are called on, and are inherited by what is forked there. It stays open when this process
   * ends; {@link closeSession} of another transaction closes it.
   */
  static openSessionHere({ service, user, address }: PamPeer): PamTransaction {
    const { pam, id, talking, handle } = newTransaction();
    const status = pam.start(service, cString(user), talking, handle);
    const transaction = PamTransaction.#started(status, Secret.empty(), address, {
      pam,
      id,
      talking,
      handle,
    });
    transaction.#finish('openSession', pam.openSession(handle[0], FLAGS.none));
    return transaction;
  }

  static #started(status: number, secret: Secret, address: string, begun: Begun): PamTransaction {
    const { pam, id, talking, handle } = begun;
    free(talking);
    if (status !== SUCCESS) throw new PamError(`pam_start: error ${status}`);
    talks.set(id, { secret, told: [] });
    pam.setItem(handle[0], ITEM.address, address);
    pam.setItem(handle[0], ITEM.terminal, TERMINAL);
    pam.setHook(handle[0], ITEM.failDelay, noDelay);
    return new PamTransaction(pam, handle[0], id);
  }

  authenticate = (): Promise<void> => this.#step('authenticate', FLAGS.noEmptyPassword);
  checkAccount = (): Promise<void> => this.#step('checkAccount', FLAGS.noEmptyPassword);
  establishCredentials = (): Promise<void> => this.#step('setCredentials', FLAGS.establish);
  closeSession = (): Promise<void> => this.#step('closeSession', FLAGS.none);

  /** The user's name as the modules left it, an exact text. */
  get user(): string {
    const user: [unknown] = [null];
    this.#pam.getItem(this.#handle, ITEM.user, user);
    if (!user[0]) return '';
    return exactText(Buffer.from(koffi.view(user[0], Number(strlen(user[0])))));
  }

  /** Gives the modules the environment that the session was opened with. */
  setEnvironment(environment: Readonly<Record<string, string>>): void {
    for (const [name, value] of Object.entries(environment))
      this.#pam.putenv(this.#handle, `${name}=${value}`);
  }

  /** What the modules would have in the user's environment. */
  environment(): Record<string, string> {
    const list = this.#pam.getenvlist(this.#handle);
    const variables: Record<string, string> = {};
    if (!list) return variables;
    for (let index = 0; ; index += 1) {
      const entry: unknown = koffi.decode(list, index * 8, 'void *');
      if (!entry) break;
      const [, name, value] = /^([^=]+)=(.*)$/s.exec(koffi.decode(entry, 'char', -1) as string) ?? [];
      if (name !== undefined && value !== undefined) variables[name] = value;
      free(entry);
    }
    free(list);
    return variables;
  }

  end(): void {
    talks.delete(this.#id);
    this.#pam.end(this.#handle, this.#status);
  }

  async #step(step: Step, flags: number): Promise<void> {
    this.#finish(step, await inThreadPool<number>(this.#pam[step], this.#handle, flags));
  }

  #finish(step: Step, status: number): void {
    this.#status = status;
    if (this.#status === SUCCESS) return;
    const words = this.#pam.strerror(this.#handle, this.#status);
    const told = talks.get(this.#id)?.told.map((each) => `: ${each.trim()}`) ?? [];
    throw new PamError(`${STEP_NAMES[step]}: ${words} (${this.#status})${told.join('')}`);
  }
}

const STEP_NAMES: Readonly<Record<Step, string>> = {
  authenticate: 'authentication',
  checkAccount: 'account',
  setCredentials: 'credentials',
  openSession: 'open session',
  closeSession: 'close session',
};
