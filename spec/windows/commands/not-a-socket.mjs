/* Preloaded, gives bind() a number that is no socket for the first NOT_SOCKETS sockets, so that Windows says WSAENOTSOCK;
   writes to the file BINDS, at the end, how many there were. */
import { writeFileSync } from 'node:fs';
import { addressOf, baseOf, bytesAt, memory, patch, quad } from '../support/system-calls.mjs';

const NO_SOCKET = 12_345;
const bind = addressOf('ws2_32.dll', 'bind');
const place = memory(4096);
const calls = place + 2048n; // how many, and how many are still to fail
patch(calls, Buffer.concat([quad(0), quad(process.env.NOT_SOCKETS)]));
patch(
  place,
  Buffer.concat([
    Buffer.from([0x48, 0xb8]), // mov rax, calls
    quad(calls),
    Buffer.from([0xff, 0x00]), // inc dword [rax]
    Buffer.from([0xff, 0x48, 0x08]), // dec dword [rax + 8]
    Buffer.from([0x78, 0x07]), // js over the next one
    Buffer.from([0x48, 0xc7, 0xc1, ...quad(NO_SOCKET).subarray(0, 4)]), // mov rcx, NO_SOCKET
    Buffer.from([0x48, 0xb8]), // mov rax, bind
    quad(bind),
    Buffer.from([0xff, 0xe0]), // jmp rax
  ]),
);

/* node.exe calls it by its table of imports, which its head leads to: entry 12 of the data directory. */
const program = baseOf(null);
const head = program + BigInt(bytesAt(program + 0x3cn, 4).readUInt32LE());
const table = bytesAt(head + 24n + 112n + 12n * 8n, 8);
const imports = program + BigInt(table.readUInt32LE());
let found = 0;
for (let at = 0; at < table.readUInt32LE(4); at += 8)
  if (bytesAt(imports + BigInt(at), 8).readBigInt64LE() === bind) {
    patch(imports + BigInt(at), quad(place));
    found += 1;
  }
if (found === 0) throw new Error('node.exe does not import bind');
process.once('exit', () => writeFileSync(process.env.BINDS, `${bytesAt(calls, 4).readUInt32LE()}`));
