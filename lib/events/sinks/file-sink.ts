import fs from 'node:fs';
import { dirname, join } from 'node:path';
import { codeOf } from '../../base/index.ts';
import type { LogEntry } from '../log-entry.ts';
import { Sink, type Trouble } from './sink.ts';
import { infoOf, transports } from './winston.ts';

export interface FileOptions {
  readonly file: string;
  /** Size at which a new file begins; 0: never. */
  readonly fileBytes: number;
  /** How many are kept, the one that is written included. */
  readonly files: number;
}

type Done = (error: NodeJS.ErrnoException | null, result?: number, ...rest: unknown[]) => void;
type StatDone = (error: Error | null, size?: number) => void;

/**
 * A file, and the ones before it: `rexecd.log`, `rexecd1.log`, `rexecd2.log`, … An event counts as taken when it is
 * with the system. winston neither tells of a write that failed nor survives one, so its calls of the file system go
 * through here: the one that failed is made again with the next delivery, and the file never learns of it.
 */
export class FileSink extends Sink<string> {
  readonly #options: FileOptions;
  #file: RotatingFile | undefined;
  #left = 0; // bytes of the line in hand that the system has not taken yet
  #again: (() => void) | undefined; // the call that failed
  #taken: () => void = () => {};
  #failed: (error: Error) => void = () => {};
  #released = false;

  constructor(name: string, encode: (entry: LogEntry) => string, trouble: Trouble, options: FileOptions) {
    super(name, encode, trouble);
    this.#options = options;
  }

  /** Not one line is given to a file that is not open: winston would lose it where the file is to be rotated at once. */
  protected override open(): Promise<void> {
    return this.#attempt(() => {
      if (this.#file) return;
      const file = this.#create();
      this.#file = file;
      file.once('open', () => this.#taken());
      file.on('error', (error: Error) => {
        if (this.#file !== file) return;
        this.#file = undefined;
        this.#left = 0;
        this.#again = undefined;
        this.reopen();
        this.#failed(error);
      });
    });
  }

  protected override deliver(line: string): Promise<void> {
    return this.#attempt(() => {
      if (this.#left > 0) return; // winston has it already
      this.#left = Buffer.byteLength(line) + 1;
      this.#file?.write(infoOf(line));
    });
  }

  protected override release(): void {
    this.#released = true;
    this.#again?.();
    this.#file?.end();
  }

  #attempt(work: () => void): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#taken = resolve;
      this.#failed = reject;
      const again = this.#again;
      this.#again = undefined;
      work();
      again?.();
    });
  }

  #create(): RotatingFile {
    const { file, fileBytes, files } = this.#options;
    const options = {
      flags: 'a',
      mode: 0o640,
      fs: { open: this.#open, write: this.#write, close: fs.close },
    };
    return new RotatingFile(
      { filename: file, maxsize: fileBytes, maxFiles: files, tailable: true, eol: '\n', options },
      () => this.complain(new Error(`cannot rotate ${file}, so it keeps growing`)),
    );
  }

  readonly #open = (path: string, flags: string, mode: number, done: Done): void =>
    this.#call((settled) => {
      fs.stat(path, (_missing, stats) => {
        // To open or write what has no reader waits, in a thread that the end of the process waits for.
        if (stats?.isFIFO() || stats?.isSocket()) return settled(new Error(`${path} is not a file`));
        fs.open(path, flags, mode, (error, fd) => settled(error && withFolder(error, path), fd));
      });
    }, done);

  readonly #write = (
    fd: number,
    bytes: Buffer,
    offset: number,
    length: number,
    at: number | null,
    done: Done,
  ): void =>
    this.#call(
      (settled) => fs.write(fd, bytes, offset, length, at, settled),
      (error, written = 0, ...rest) => {
        this.#left -= written;
        done(error, written, ...rest);
        if (this.#left === 0) this.#taken();
      },
    );

  #call(work: (settled: Done) => void, done: Done): void {
    const attempt = () =>
      work((error, ...results) => {
        if (!error || this.#released) return done(error, ...results);
        this.#again = attempt;
        this.#failed(error);
      });
    attempt();
  }
}

/** The error names the folder if that is what is missing: a file is made when it is opened. */
const withFolder = (error: NodeJS.ErrnoException, path: string): NodeJS.ErrnoException =>
  codeOf(error) === 'ENOENT'
    ? new Error(`the folder ${dirname(path)} does not exist`, { cause: error })
    : error;

/** winston's file, which would rename for ever where it cannot. */
class RotatingFile extends transports.File {
  declare asked: StatDone | undefined; // no initial value: the constructor of winston's asks already
  readonly #stuck: () => void;

  constructor(options: ConstructorParameters<typeof transports.File>[0], stuck: () => void) {
    super(options);
    this.#stuck = stuck;
  }

  /** winston's constructor would make the folder, as root and with whatever mode: it is for the administrator to make. */
  _createLogDirIfNotExist(): void {}

  /** Called by winston before it opens the file, and once more for the same opening when it has renamed a full one. */
  stat(done: StatDone): void {
    const renamed = done === this.asked;
    this.asked = done;
    if (!renamed) return void Stat.call(this, done);
    fs.stat(join(this.dirname, this.filename), (error, stats) => {
      if (!error && this.maxsize && stats.size >= this.maxsize) this.#stuck();
      done(null, 0);
    });
  }
}

const Stat = (transports.File.prototype as unknown as { stat(this: object, done: StatDone): void }).stat;
