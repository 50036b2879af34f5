import { type ChildProcess, spawn } from 'node:child_process';
import { openSync } from 'node:fs';
import type { Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { OracleId } from '../../../../lib/fuzz/index.ts';
import { FieldReader, Refused } from './field-reader.ts';
import { type Field, PASSWORD, Session, USER } from './server.ts';

/** A server with one thing wrong, and what the harness calls it; any of these names is right. */
export interface Bug {
  readonly Kind: typeof Session;
  readonly shows: readonly OracleId[];
  /** How many cases it takes, where it is only found at the end. */
  readonly cases?: number;
}

/** The port as the BSD sources read it: digit by digit, whatever the digit, in 16 bits. */
class WrappedPort extends Session {
  override port(digits: Buffer): number {
    const port = digits.reduce((sum, byte) => (sum * 10 + byte - 0x30) & 0xffff, 0);
    if (port !== 0 && port < 1024) throw new Refused('invalid port');
    return port;
  }
}

class ReservedPort extends Session {
  override port(digits: Buffer): number {
    const text = digits.toString('latin1');
    if (!/^\d*$/.test(text) || Number(text) > 65_535) throw new Refused('invalid port');
    return Number(text);
  }
}

class SilentClose extends Session {
  override async refuse(): Promise<void> {}
}

/** GNU inetutils since 1.9.2. */
class StatusOnChannel extends Session {
  override accept(): void {
    (this.channel ?? this.socket).write('\0');
  }
}

class LowLimit extends Session {
  override readonly limits = { port: 5, username: 255, password: 256, command: 8192 };
}

class HighLimit extends Session {
  override readonly limits = { port: 5, username: 256, password: 257, command: 8192 };
}

/** Looks at the length of a field once its NUL is there. */
class LateLimit extends Session {
  override async field(name: Field): Promise<Buffer> {
    const field = await this.reader.field(name, 64 * 1024);
    if (field.length > this.limits[name]) throw new Refused(`${name} too long`);
    return field;
  }
}

class Hoarder extends Session {
  override field(name: Field): Promise<Buffer> {
    return this.reader.field(name, name === 'command' ? Number.POSITIVE_INFINITY : this.limits[name]);
  }
}

class HalfCloseHang extends Session {
  override async field(name: Field): Promise<Buffer> {
    try {
      return await super.field(name);
    } catch (error) {
      if ((error as Error).message.startsWith('EOF')) await new Promise(() => {});
      throw error;
    }
  }
}

class NameOracle extends Session {
  override async login(user: Buffer, password: Buffer): Promise<void> {
    await super.login(user, password).catch((refused) => {
      throw user.toString('latin1') === USER ? new Refused('Password incorrect.') : refused;
    });
  }
}

/** Hashes the password of users that there are. */
class TimeOracle extends Session {
  override async login(user: Buffer, password: Buffer): Promise<void> {
    if (user.toString('latin1') === USER) await delay(60);
    await super.login(user, password);
  }
}

class PrefixPassword extends Session {
  override async login(user: Buffer, password: Buffer): Promise<void> {
    const isPrefix = PASSWORD.startsWith(password.toString('latin1'));
    await super.login(user, isPrefix ? Buffer.from(PASSWORD) : password);
  }
}

class TwoAnswers extends Session {
  override async refuse(text: string): Promise<void> {
    await super.refuse(text);
    await super.refuse('Try again.');
  }
}

class TwoStatusBytes extends Session {
  override accept(): void {
    this.socket.write('\0\0');
  }
}

class StatusAfterOutput extends Session {
  override async run(command: Buffer): Promise<void> {
    await super.run(command);
    this.socket.write('\0');
  }
}

class OtherStatus extends Session {
  override accept(): void {
    this.socket.write('\x02');
  }
}

class Greeting extends Session {
  override accept(): void {
    this.socket.write('\0Welcome\n');
  }
}

/** FreeBSD and illumos: accepted, and then the home is missing. */
class AcceptedThenRefused extends Session {
  override async run(command: Buffer): Promise<void> {
    if (command.length === 0) throw new Refused('No remote directory.');
    await super.run(command);
  }
}

class EarlyAnswer extends Session {
  #user = Buffer.alloc(0);
  override async field(name: Field): Promise<Buffer> {
    const field = await super.field(name);
    if (name === 'username') this.#user = Buffer.from(field);
    if (name === 'password') await super.login(this.#user, field);
    return field;
  }
}

class NoNewline extends Session {
  override async refuse(text: string): Promise<void> {
    this.socket.write(`\x01${text}`);
  }
}

/** Says back what it was told, whatever that does to a terminal. */
class RawEcho extends Session {
  override async login(user: Buffer, password: Buffer): Promise<void> {
    await super.login(user, password).catch(() => {
      throw new Refused(`${user.toString('latin1')}: Login incorrect.`);
    });
  }
}

/** Whatever it says drives a terminal that shows it: C0, C1 as single bytes, DEL, a soft hyphen. */
class LoudAnswer extends Session {
  override async refuse(text: string): Promise<void> {
    this.socket.write(Buffer.from(`\x01\x1b[31mred \x9b32m\x7f\xad\x1b]0;title\x07${text}\n`, 'latin1'));
  }
}

class LeakedDescriptor extends Session {
  override async end(): Promise<void> {
    openSync('/dev/null', 'r');
    await super.end();
  }
}

/** A helper of each session is never told that it is over. */
class LeftHelper extends Session {
  override async login(user: Buffer, password: Buffer): Promise<void> {
    spawn('cat'); // ends with this server
    await super.login(user, password);
  }
}

class Crash extends Session {
  override async field(name: Field): Promise<Buffer> {
    const field = await super.field(name);
    if (name === 'command' && field.length > 4096) process.abort();
    return field;
  }
}

/** A good login does not work any more, though connections are taken. */
class Wedge extends Session {
  static wedged = false;
  override async login(user: Buffer, password: Buffer): Promise<void> {
    if (user.length === 0) Wedge.wedged = true;
    if (Wedge.wedged) throw new Refused('Try again.');
    await super.login(user, password);
  }
}

class CutReader extends FieldReader {
  override async chunk(): Promise<Buffer | null> {
    this.pending = this.pending.subarray(0, 0);
    return super.chunk();
  }
}

/** Forgets what it has of a field when the rest comes in another piece. */
class CutField extends Session {
  override readonly reader: FieldReader = new CutReader(this.socket);
}

class EarlyStdinLost extends Session {
  override async run(command: Buffer): Promise<void> {
    this.reader.rest();
    await super.run(command);
  }
}

class SignalsLost extends Session {
  override async openChannel(): Promise<Socket | undefined> {
    const channel = await super.openChannel();
    channel?.resume(); // nobody listens for what it reads
    return channel;
  }
  override signal(child: ChildProcess, signal: number): void {
    if (this.socket.destroyed) super.signal(child, signal);
  }
}

/** No more signals means no more stderr, as with a socket that allows nothing half open. */
class ChannelEndEnds extends Session {
  override async connectBack(port: number): Promise<Socket> {
    const channel = await super.connectBack(port);
    channel.once('end', () => channel.end());
    return channel;
  }
}

class Reset extends Session {
  override async end(): Promise<void> {
    this.channel?.end();
    this.socket.end(() => this.socket.destroy());
  }
}

class OwnIdeaOfThePeer extends Session {
  override connectBack(port: number): Promise<Socket> {
    return super.connectBack(port, '127.0.0.1');
  }
}

class TwoChannels extends Session {
  override async connectBack(port: number): Promise<Socket> {
    const first = await super.connectBack(port);
    first.destroy();
    return super.connectBack(port);
  }
}

class StderrWithStdout extends Session {
  override async run(command: Buffer): Promise<void> {
    const { channel } = this;
    this.channel = undefined;
    await super.run(command);
    this.channel = channel;
  }
}

class NeverEnds extends Session {
  override async end(): Promise<void> {
    if (this.channel) await new Promise(() => {});
    await super.end();
  }
}

/** By the name that the program of this folder knows it by. */
export const BUGS: Readonly<Record<string, Bug>> = {
  'a port that wraps around': { Kind: WrappedPort, shows: ['accept.invalid', 'channel.unasked'] },
  'a connection back to a reserved port': { Kind: ReservedPort, shows: ['channel.reserved'] },
  'a refusal without a word': { Kind: SilentClose, shows: ['answer.missing'] },
  'the NUL on the stderr channel': { Kind: StatusOnChannel, shows: ['channel.status'] },
  'a limit one too low': { Kind: LowLimit, shows: ['limit.low'] },
  'a limit one too high': { Kind: HighLimit, shows: ['limit.high'] },
  'a limit that waits for the NUL': { Kind: LateLimit, shows: ['limit.high'] },
  'a field without a limit': { Kind: Hoarder, shows: ['growth.memory', 'limit.high'] },
  'a half-close that hangs': { Kind: HalfCloseHang, shows: ['time.half-close', 'growth.descriptors'] },
  'words that tell a name from a password': { Kind: NameOracle, shows: ['login.text'] },
  'time that tells a name from a password': { Kind: TimeOracle, shows: ['login.time'] },
  'a password of which the beginning is enough': { Kind: PrefixPassword, shows: ['accept.login'] },
  'two refusals': { Kind: TwoAnswers, shows: ['answer.twice'] },
  'two status bytes for a valid login (F1)': { Kind: TwoStatusBytes, shows: ['answer.twice'] },
  'a status byte after the output (F1)': { Kind: StatusAfterOutput, shows: ['answer.twice'] },
  'another status byte for a valid login (F1)': { Kind: OtherStatus, shows: ['answer.status'] },
  'a greeting before the output (F1)': { Kind: Greeting, shows: ['output.wrong', 'output.stdin'] },
  'a refusal after the NUL': { Kind: AcceptedThenRefused, shows: ['answer.twice'] },
  'an answer before the command': { Kind: EarlyAnswer, shows: ['answer.early', 'limit.high'] },
  'a refusal without a newline': { Kind: NoNewline, shows: ['answer.line'] },
  'control characters in a refusal': { Kind: RawEcho, shows: ['answer.line'] },
  'escape sequences in every answer': { Kind: LoudAnswer, shows: ['answer.line'] },
  'a descriptor that stays open': { Kind: LeakedDescriptor, shows: ['growth.descriptors'], cases: 60 },
  'a helper that outlives its session': {
    Kind: LeftHelper,
    shows: ['growth.children', 'growth.descriptors'], // those of the pipes to it
    cases: 60,
  },
  'a crash on a long field': { Kind: Crash, shows: ['alive.connect', 'alive.answer'] },
  'a name after which nobody gets in': { Kind: Wedge, shows: ['alive.answer'] },
  'a field that is lost where it is cut': {
    Kind: CutField,
    // what is left of a field is another one, that may be good where the whole is not, or the other way round
    shows: ['cut.differs', 'refuse.valid', 'accept.invalid', 'limit.high', 'channel.missing', 'output.wrong'],
  },
  'early stdin that is lost': { Kind: EarlyStdinLost, shows: ['output.stdin', 'cut.differs'] },
  'signals that do nothing': { Kind: SignalsLost, shows: ['signal.lost'] },
  'a half-closed stderr channel that ends the command': {
    Kind: ChannelEndEnds,
    shows: ['channel.output'],
  },
  'a reset after the answer': { Kind: Reset, shows: ['end.reset', 'answer.missing', 'cut.differs'] },
  'a connection back to another address': {
    Kind: OwnIdeaOfThePeer,
    shows: ['channel.astray', 'end.reset'],
  },
  'a second connection back': { Kind: TwoChannels, shows: ['channel.twice'] },
  'stderr on the main connection': {
    Kind: StderrWithStdout,
    shows: ['output.wrong', 'channel.output', 'signal.lost'],
  },
  'a connection that never ends': {
    Kind: NeverEnds,
    shows: ['time.end', 'time.half-close', 'signal.lost', 'growth.descriptors'],
  },
};
