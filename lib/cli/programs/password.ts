import { openSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { ReadStream } from 'node:tty';

const LONGEST = 4096; // more than any password; an endless source must end
const CARRIAGE_RETURN = 0x0d;
const NEWLINE = 0x0a;
const END_OF_FILE = 0x04;
const INTERRUPT = 0x03;
const ERASE = [0x08, 0x7f];

/** A password cannot be had; the message names the source. */
export class PasswordError extends Error {}

/** The bytes of a file without the newline at its end. */
export async function passwordFromFile(path: string): Promise<Buffer> {
  const bytes = await readFile(path);
  return withoutNewline(bytes);
}

/** All bytes of a stream, such as standard input, without the newline at its end. */
export async function passwordFromStream(stream: Readable): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) {
    chunks.push(chunk);
    if (chunks.reduce((sum, { length }) => sum + length, 0) > LONGEST) {
      throw new PasswordError(`password: longer than ${LONGEST} bytes`);
    }
  }
  return withoutNewline(Buffer.concat(chunks));
}

/** Asks on the terminal, even where standard input is something else; nothing is shown while it is typed. */
export async function passwordFromTerminal(prompt: string): Promise<Buffer> {
  let terminal: ReadStream;
  try {
    terminal = new ReadStream(openSync('/dev/tty', 'r+'));
  } catch (cause) {
    throw new PasswordError('password: there is no terminal to ask on; use -P FILE', { cause });
  }
  terminal.setRawMode(true); // before the prompt: an answer that comes at once must not be shown either
  process.stderr.write(prompt);
  try {
    return await readLine(terminal);
  } finally {
    terminal.setRawMode(false);
    terminal.destroy();
    process.stderr.write('\n');
  }
}

async function readLine(terminal: ReadStream): Promise<Buffer> {
  const typed: number[] = [];
  for await (const chunk of terminal.iterator({ destroyOnReturn: false })) {
    for (const byte of chunk as Buffer) {
      if (byte === CARRIAGE_RETURN || byte === NEWLINE || byte === END_OF_FILE) return Buffer.from(typed);
      if (byte === INTERRUPT) throw new PasswordError('password: interrupted');
      if (ERASE.includes(byte)) typed.pop();
      else if (typed.length < LONGEST) typed.push(byte);
    }
  }
  throw new PasswordError('password: the terminal was closed');
}

const withoutNewline = (bytes: Buffer): Buffer =>
  bytes.subarray(0, bytes.at(-1) === NEWLINE ? -1 : bytes.length);
