/** A message with its identifier. */
export interface Message {
  readonly id: number;
  /** With `%1` where the first text of an entry goes; `%%` is a percent sign. */
  readonly text: string;
}

const UNICODE = 1;

/** The message table of a resource (MESSAGE_RESOURCE_DATA): blocks of messages whose identifiers follow each other. */
export function messageTable(messages: readonly Message[]): Buffer {
  const blocks = blocksOf(messages.toSorted((one, other) => one.id - other.id));
  const head = Buffer.alloc(4 + blocks.length * 12);
  head.writeUInt32LE(blocks.length);
  const entries: Buffer[] = [];
  let offset = head.length;
  for (const [index, block] of blocks.entries()) {
    const at = 4 + index * 12;
    head.writeUInt32LE(block[0]!.id, at);
    head.writeUInt32LE(block.at(-1)!.id, at + 4);
    head.writeUInt32LE(offset, at + 8);
    for (const { text } of block) {
      const entry = entryOf(text);
      entries.push(entry);
      offset += entry.length;
    }
  }
  return Buffer.concat([head, ...entries]);
}

function blocksOf(messages: readonly Message[]): Message[][] {
  const blocks: Message[][] = [];
  for (const message of messages) {
    const last = blocks.at(-1);
    if (last && last.at(-1)?.id === message.id - 1) last.push(message);
    else blocks.push([message]);
  }
  return blocks;
}

/** A length, flags, and the text with a NUL, to a multiple of four bytes. */
function entryOf(text: string): Buffer {
  const bytes = Buffer.from(`${text}\0`, 'utf16le');
  const entry = Buffer.alloc(Math.ceil((4 + bytes.length) / 4) * 4);
  entry.writeUInt16LE(entry.length, 0);
  entry.writeUInt16LE(UNICODE, 2);
  bytes.copy(entry, 4);
  return entry;
}
