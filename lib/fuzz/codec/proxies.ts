import type { Random } from '../generate/random.ts';

const V4 = ['192.0.2.7', '0.0.0.0', '255.255.255.255', '1.2.3.4'];
const V6 = [
  '::',
  '::1',
  '2001:DB8::7',
  '1:0:0:2:0:0:0:3',
  '1:2:3:4:5:6:7::',
  '::ffff:192.0.2.7',
  '::1:2',
  '1::8',
];
const ADDRESSES: Readonly<Record<string, readonly string[]>> = {
  TCP4: V4,
  TCP6: V6,
  UNKNOWN: ['x', ':', '\r', '\n'],
};
const PORTS = ['0', '1', '512', '41699', '65535'];

const WRONG_SPACES = ['', '  ', '\t', '\0', '\r\n'];
const WRONG_ENDS = ['\n', '\r', '\n\r', '\r\r\n', ' \r\n', ''];
const WRONG_WORDS = [
  ...['proxy', 'TCP', 'tcp4', 'UDP4', 'TCP44', 'UNKNOWN', 'UNKNOWNS'],
  ...[
    '1.2.3',
    '1.2.3.4.5',
    '01.2.3.4',
    '1.2.3.256',
    '1.2.3.4%lo',
    '::1',
    '::1%lo',
    '::01.2.3.4',
    '12345::',
    '1::2::3',
  ],
  ...['1:2:3:4:5:6:7', '1:2:3:4:5:6:7:8:9', '::1:2:3:4:5:6:7:8', ':::', 'g::', '1.2.3.4::'],
  ...['65536', '00', '0512', '+1', '-1', '1e1', '0x1', '\xb2', '', '99999999999'],
];
const WRONG_COMMANDS = ['\x22', '\x2f', '\x11', '\x31', '\x01', '\0'];
const OTHER_FAMILIES = ['\x01', '\x10', '\x12', '\x20', '\x22', '\x31', '\x41', '\xff'];
const RECORDS = ['', '', '\x04\0\x03\0\0\0', '\x04\0', '\xea\0\x05hello\x04\0\0'];

/** A PROXY header and some data, of version 1 or 2; one in two has something wrong. */
export function generateProxy(random: Random): Buffer {
  const header = random.chance(2) ? line(random) : binary(random);
  return Buffer.from(`${header}0\0ada\0`, 'latin1');
}

function line(random: Random): string {
  const family = random.pick(['TCP4', 'TCP6', 'TCP4', 'TCP6', 'UNKNOWN']);
  const addresses = ADDRESSES[family]!;
  const words = ['PROXY', family, random.pick(addresses), random.pick(addresses)];
  words.push(random.pick(PORTS), random.pick(PORTS));
  const ends = [...words.slice(1).map(() => ' '), '\r\n']; // of each word
  if (random.chance(2)) {
    const [what, at] = [random.below(3), random.below(words.length)];
    if (what === 0) words[at] = random.pick(WRONG_WORDS);
    else if (what === 1) ends[ends.length - 1] = random.pick(WRONG_ENDS);
    else ends[random.below(ends.length - 1)] = random.pick(WRONG_SPACES);
  }
  return words.map((word, at) => `${word}${ends[at]}`).join('');
}

function binary(random: Random): string {
  let command = random.pick(['\x20', '\x21', '\x21', '\x21']);
  let family = random.pick(['\0', '\x11', '\x11', '\x21', '\x21']);
  const bytes = Array.from({ length: family === '\x21' ? 36 : 12 }, () =>
    random.pick(['\0', '\0', '\x01', '\xff']),
  );
  const rest = bytes.join('') + random.pick(RECORDS);
  let { length } = rest;
  if (random.chance(2)) {
    const what = random.below(3);
    if (what === 0) command = random.pick(WRONG_COMMANDS);
    else if (what === 1) family = random.pick(OTHER_FAMILIES);
    else length = random.pick([0, 1, 11, 35, length - 1, length + 1, length + 5, 65_535]);
  }
  return `\r\n\r\n\0\r\nQUIT\n${command}${family}${String.fromCharCode(length >> 8, length & 255)}${rest}`;
}
