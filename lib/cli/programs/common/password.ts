import { createReadStream, openSync } from 'node:fs';
import type { Readable } from 'node:stream';
import { ReadStream } from 'node:tty';
import { RexecError, reasonOf, Secret } from '../../../base/index.ts';
import { plainBytes } from '../../../files/index.ts';

const LONGEST = 4096; // more than any password; an endless source must end
const CARRIAGE_RETURN = 0x0d;
const NEWLINE = 0x0a;
const END_OF_FILE = 0x04;
const INTERRUPT = 0x03;
const ERASE = [0x08, 0x7f];

/** A password cannot be had; the message names the source. */
export class PasswordError extends RexecError {}

/** The first line of a file. */
export async function passwordFromFile(path: string): Promise<Secret> {
  const stream = createReadStream(path);
  try {
    return await firstLine(stream, path);
  } finally {
    stream.destroy();
  }
}

/** The first line of a stream, such as standard input. What follows it can still be read from the stream. */
export const passwordFromStream = (stream: Readable): Promise<Secret> => firstLine(stream, 'standard input');

async function firstLine(stream: Readable, source: string): Promise<Secret> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of stream.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    const newline = chunk.indexOf(NEWLINE);
    const end = newline === -1 ? chunk.length : newline + 1;
    chunks.push(chunk.subarray(0, end));
    length += end;
    if (length > LONGEST) throw new PasswordError(`${source}: the password is longer than ${LONGEST} bytes`);
    if (newline === -1) continue;
    if (end < chunk.length) stream.unshift(chunk.subarray(end));
    break;
  }
  const line = Buffer.concat(chunks);
  for (const chunk of chunks) chunk.fill(0);
  try {
    const text = plainBytes(line);
    return new Secret(text.at(-1) === NEWLINE ? text.subarray(0, -1) : text);
  } catch (cause) {
    throw new PasswordError(`${source}: ${reasonOf(cause)}`, { cause });
  }
}

/** Asks on the terminal, even where standard input is something else; nothing is shown while it is typed. */
export async function passwordFromTerminal(prompt: string): Promise<Secret> {
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

async function readLine(terminal: ReadStream): Promise<Secret> {
  const typed: number[] = [];
  for await (const chunk of terminal.iterator({ destroyOnReturn: false })) {
    for (const byte of chunk as Buffer) {
      if (byte === CARRIAGE_RETURN || byte === NEWLINE || byte === END_OF_FILE)
        return new Secret(Buffer.from(typed));
      if (byte === INTERRUPT) throw new PasswordError('password: interrupted');
      if (ERASE.includes(byte)) typed.pop();
      else if (typed.length < LONGEST) typed.push(byte);
    }
  }
  throw new PasswordError('password: the terminal was closed');
}
