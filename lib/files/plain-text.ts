const BYTE_ORDER_MARK = Buffer.of(0xef, 0xbb, 0xbf);
const UTF_16 = [Buffer.of(0xff, 0xfe), Buffer.of(0xfe, 0xff)];
const [CARRIAGE_RETURN, NEWLINE] = [0x0d, 0x0a];

/**
 * The content of a text file that people edit, whichever editor they use: without a byte order mark, and with lines that
 * end in a newline alone. The bytes are changed in place, so that one who wipes them wipes everything.
 *
 * @throws Error for UTF-16, which is not text here; the message is to follow the name of the file
 */
export function plainBytes(bytes: Buffer): Buffer {
  if (UTF_16.some((mark) => bytes.subarray(0, mark.length).equals(mark)))
    throw new Error('is encoded in UTF-16; save it as UTF-8');
  const marked = bytes.subarray(0, BYTE_ORDER_MARK.length).equals(BYTE_ORDER_MARK);
  let length = 0;
  for (let at = marked ? BYTE_ORDER_MARK.length : 0; at < bytes.length; at += 1) {
    const byte = bytes[at]!;
    const next = bytes[at + 1] ?? NEWLINE; // the last line may have no newline
    if (byte !== CARRIAGE_RETURN || next !== NEWLINE) bytes[length++] = byte;
  }
  bytes.fill(0, length);
  return bytes.subarray(0, length);
}

/** The same for a file that was decoded already. */
export const plainText = (text: string): string => text.replace(/^\ufeff/, '').replaceAll('\r\n', '\n');
