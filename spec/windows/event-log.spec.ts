import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import { CATALOGUE, eventLogId, eventMessages, messageLibrary } from '../../lib/events/index.ts';
import { BOUNDED } from '../support/daemon/daemon.ts';
import { findProgram, temporaryFolder } from '../support/program.ts';
import { ON_WINE, onWine, prepareWine, wineFolder, wineNode } from './support/wine.ts';

const WINDMC = findProgram('x86_64-w64-mingw32-windmc');
const OBJDUMP = findProgram('x86_64-w64-mingw32-objdump');
const noTools = !(WINDMC && OBJDUMP) && 'needs Debian: binutils-mingw-w64-x86-64';
/** Where the bytes of the resource begin. */
const TABLE_AT = 0x200 + 88;

/** The messages as a message compiler takes them. */
function messageText(): string {
  const head = [
    'MessageIdTypedef=DWORD',
    'SeverityNames=(Success=0x0 Informational=0x1 Warning=0x2 Error=0x3)',
    'FacilityNames=(None=0x0)',
    'LanguageNames=(English=0x409:MSG00409)',
    '',
  ];
  const severity = (id: number) => ['Success', 'Informational', 'Warning', 'Error'][id >>> 30];
  const messages = eventMessages().flatMap(({ id, text }) => [
    `MessageId=${id & 0xffff} Severity=${severity(id)} Facility=None SymbolicName=M${id} Language=English`,
    `${text}.\n`,
  ]);
  return [...head, ...messages].join('\n');
}

describe('the message library', BOUNDED, () => {
  it('is the same whenever it is made', () => assert.ok(messageLibrary().equals(messageLibrary())));

  it('has what the message compiler of MinGW makes of the same messages', { skip: noTools }, (t) => {
    const folder = temporaryFolder(t);
    writeFileSync(join(folder, 'rexecd.mc'), messageText());
    const { status, stderr } = spawnSync(WINDMC!, ['-r', folder, '-h', folder, join(folder, 'rexecd.mc')], {
      encoding: 'utf8',
    });
    assert.equal(status, 0, stderr);
    const table = readFileSync(join(folder, 'MSG00409.bin'));
    assert.ok(table.length > 10_000, `${table.length} bytes`);
    assert.deepEqual(messageLibrary().subarray(TABLE_AT, TABLE_AT + table.length), table);
  });

  it('is a library of Windows by the tools of MinGW', { skip: noTools }, (t) => {
    const file = join(temporaryFolder(t), 'rexecdmsg.dll');
    writeFileSync(file, messageLibrary());
    const { stdout, stderr } = spawnSync(OBJDUMP!, ['-p', '-h', file], { encoding: 'utf8' });
    assert.equal(stderr, '');
    assert.match(stdout, /file format pei-x86-64/);
    assert.match(stdout, /^\s+0 \.rsrc /m);
    assert.match(stdout, /Entry: ID: 0x0+b\b/i); // RT_MESSAGETABLE
    assert.match(stdout, /Entry: ID: 0x0+409\b/i);
    assert.doesNotMatch(stdout, /corrupt/i);
  });
});

describe('the event log of Windows', ON_WINE, () => {
  before(prepareWine);

  it('shows each event of the catalogue by the message library', async (t) => {
    const folder = wineFolder(t);
    writeFileSync(join(folder.path, 'rexecdmsg.dll'), messageLibrary());
    const ids = Object.values(CATALOGUE).map(eventLogId);
    const texts = await onWine<{ plain: string; filled: string; unknown: number }>(
      folder,
      `import { koffi } from './lib/native/koffi.ts';
      import { windows } from './lib/native/windows/library.ts';
      const load = windows('kernel32.dll', 'intptr_t __stdcall LoadLibraryExW(str16 path, intptr_t none, uint32_t how)');
      const format = windows('kernel32.dll', 'uint32_t __stdcall FormatMessageW(uint32_t flags, intptr_t library, uint32_t id, uint32_t language, _Out_ uint8_t *text, uint32_t size, str16 *places)');
      const [FROM_LIBRARY, ARRAY, IGNORE] = [0x800, 0x2000, 0x200];
      const library = load(${JSON.stringify(folder.at('rexecdmsg.dll'))}, 0, 0);
      const text = (id, flags, places) => {
        const bytes = Buffer.alloc(16384);
        const length = format(FROM_LIBRARY | flags, library, id, 0, bytes, 8192, places);
        return bytes.subarray(0, length * 2).toString('utf16le');
      };
      const places = Array.from({ length: 20 }, (_, index) => 'value ' + (index + 1));
      process.stdout.write(JSON.stringify({
        plain: ${JSON.stringify(ids)}.map((id) => text(id, IGNORE, null)),
        filled: ${JSON.stringify(ids)}.map((id) => text(id, ARRAY, places)),
        unknown: text(0xc0000001, IGNORE, null),
      }))`,
    );
    const messages = eventMessages();
    assert.ok(messages.length > 40, `${messages.length} messages`);
    assert.equal(new Set(ids).size, ids.length);
    assert.deepEqual(
      texts.plain,
      messages.map(({ text }) => text),
    );
    assert.deepEqual(
      texts.filled,
      Object.values(CATALOGUE).map(({ id, text, fields, meaning }) => {
        const values = fields.map((field, index) => `${field}: value ${index + 1}`);
        return [`${text} (${id})`, ...values, '', meaning, ''].join('\r\n');
      }),
    );
    assert.equal(texts.unknown, ''); // control
  });

  it('gets an event with its kind, its number and its values, in which no peer can name a place', async (t) => {
    const { stderr, status } = await wineNode(
      wineFolder(t),
      `import { EventLog } from './lib/events/index.ts';
      const log = new EventLog({ sinks: ['eventlog'], level: 'debug' });
      log.emit('requestRefused', { session: 7, cause: 'a %1 %%2 50% \\n', code: 'X', peer: '10.0.0.1' });
      log.emit('peerVanished', { session: 8, peer: '10.0.0.2', cause: 'gone' });
      log.emit('stopping', { sessions: 3 });
      await log.close();`,
      { WINEDEBUG: 'trace+eventlog' },
    );
    assert.equal(status, 0, stderr);
    const calls = [...stderr.matchAll(/ReportEventW \([^,]+,(0x\w+),0x\w+,(0x\w+),[^,]*,(0x\w+)/g)];
    assert.deepEqual(
      calls.map(([, kind, id, count]) => [Number(kind), Number(id), Number(count)]),
      [
        [1, 0xc00000ca, 4],
        [2, 0x800000cb, 3],
        [4, 0x40000065, 1],
      ],
    );
    const texts = [...stderr.matchAll(/ReportEventW L"(.*)"/g)].map(([, text]) =>
      text!.replaceAll('\\\\', '\\'),
    );
    assert.deepEqual(texts.slice(0, 4), ['7', '10.0.0.1', 'X', String.raw`a % 1 % % 2 50% \n`]);
  });
});
