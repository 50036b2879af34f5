import { fstatSync, read, write } from 'node:fs';
import { Readable, Writable } from 'node:stream';

/*
 * Node makes a pipe or a socket on its stdio non-blocking. That is a property of the open file and not of the process, so
 * every other program on it finds its own reads and writes fail with EAGAIN, for good if Node is killed. Here such streams
 * are read and written by blocking calls in the thread pool instead. To be evaluated before the program is loaded: any
 * module that imports node:process or node:util makes Node open its stdio, so this one imports neither.
 */

const CHUNK_BYTES = 64 * 1024;
const AGAIN_MS = 10;
/** Time that a write has which the program does not wait for. */
const LAST_WORD_MS = 50;

/** Calls that wait in the kernel. Node waits for their threads when it exits. */
let waiting = 0;
/** Ends this process without waiting for them; loaded once it may be needed. */
let exitNow: ((status: number) => never) | undefined;

type Call = (done: (error: NodeJS.ErrnoException | null, bytes: number) => void) => void;

/** Makes the call until it succeeds or fails: others may have made the file non-blocking. */
function insist(call: Call, done: (error: Error | null, bytes: number) => void): void {
  if (waiting === 0 && !exitNow) loadExit();
  waiting += 1;
  call((error, bytes) => {
    waiting -= 1;
    if (error?.code === 'EAGAIN') setTimeout(insist, AGAIN_MS, call, done);
    else done(error, bytes);
  });
}

function loadExit(): void {
  import('../../../native/index.ts').then(
    (native) => {
      exitNow = native.exitNow;
    },
    () => {}, // a system without it: the exit waits
  );
}

class Input extends Readable {
  readonly fd = 0;

  override _read(): void {
    const bytes = Buffer.allocUnsafe(CHUNK_BYTES);
    insist(
      (done) => read(this.fd, bytes, 0, bytes.length, null, done),
      (error, length) => {
        if (error) this.destroy(error);
        else this.push(length > 0 ? bytes.subarray(0, length) : null);
      },
    );
  }
}

class Output extends Writable {
  readonly fd: 1 | 2;

  constructor(fd: 1 | 2) {
    super({ decodeStrings: true });
    this.fd = fd;
  }

  override _write(bytes: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    insist(
      (called) => write(this.fd, bytes, called),
      (error, length) => {
        if (error || length === bytes.length) done(error);
        else this._write(bytes.subarray(length), _encoding, done);
      },
    );
  }
}

const STREAMS = { stdin: () => new Input(), stdout: () => new Output(1), stderr: () => new Output(2) };

for (const [fd, [name, make]] of Object.entries(STREAMS).entries()) {
  if (process.platform === 'win32' || !isShared(fd)) continue;
  let stream: Readable | Writable | undefined;
  Object.defineProperty(process, name, { configurable: true, get: () => (stream ??= make()) });
}
process.on('exit', (code) => {
  if (waiting === 0 || !exitNow) return;
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, LAST_WORD_MS); // for what is just being written
  exitNow(Number(process.exitCode ?? code));
});

/** Files block in any case, and a terminal is opened once more for this process alone. */
function isShared(fd: number): boolean {
  try {
    const stats = fstatSync(fd);
    return stats.isFIFO() || stats.isSocket();
  } catch {
    return false; // it is closed
  }
}
