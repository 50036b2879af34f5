/*
 * A DLL that has one resource and no code, in the PE32+ format of Windows, made byte by byte: what the tools of a compiler
 * would make has the same parts, and would be one more thing to have at hand for a build.
 */

const HEADER_BYTES = 0x200;
const FILE_ALIGNMENT = 0x200;
const PAGE = 0x1000;
const RESOURCES_AT = PAGE; // in memory

const DOS_BYTES = 0x40;
const COFF_BYTES = 20;
const OPTIONAL_BYTES = 240;
const DIRECTORIES = 16;
const RESOURCE_DIRECTORY = 2;

const X86_64 = 0x8664;
const EXECUTABLE_IMAGE = 0x2;
const LARGE_ADDRESSES = 0x20;
const DLL = 0x2000;
const PE32_PLUS = 0x20b;
const IMAGE_BASE = 0x1_8000_0000n;
const WINDOWS_GUI = 2;
const RELOCATABLE_NO_EXECUTE_NO_HANDLERS = 0x540;
const INITIALIZED_AND_READABLE = 0x4000_0040;

const TREE_BYTES = 88; // three folders of one entry each, and where the bytes are
const SUBFOLDER = 0x8000_0000;

const up = (size: number, unit: number): number => Math.ceil(size / unit) * unit;

/** @param type such as 11, a message table @param language such as 0x409, English of the United States */
export function resourceLibrary(type: number, language: number, bytes: Buffer): Buffer {
  const section = Buffer.concat([resourceTree(type, language, bytes.length), bytes]);
  const file = Buffer.alloc(HEADER_BYTES + up(section.length, FILE_ALIGNMENT));
  section.copy(file, HEADER_BYTES);
  file.write('MZ', 0, 'latin1');
  file.writeUInt32LE(DOS_BYTES, 0x3c);
  file.write('PE\0\0', DOS_BYTES, 'latin1');
  writeCoffHeader(file, DOS_BYTES + 4);
  writeOptionalHeader(file, DOS_BYTES + 4 + COFF_BYTES, section.length);
  writeSectionHeader(file, DOS_BYTES + 4 + COFF_BYTES + OPTIONAL_BYTES, section.length);
  return file;
}

function writeCoffHeader(file: Buffer, at: number): void {
  file.writeUInt16LE(X86_64, at);
  file.writeUInt16LE(1, at + 2); // sections; then no time, so that the same content is the same file, and no symbols
  file.writeUInt16LE(OPTIONAL_BYTES, at + 16);
  file.writeUInt16LE(EXECUTABLE_IMAGE | LARGE_ADDRESSES | DLL, at + 18);
}

function writeOptionalHeader(file: Buffer, at: number, size: number): void {
  file.writeUInt16LE(PE32_PLUS, at);
  file.writeUInt32LE(up(size, FILE_ALIGNMENT), at + 8); // initialized data
  file.writeBigUInt64LE(IMAGE_BASE, at + 24);
  file.writeUInt32LE(PAGE, at + 32);
  file.writeUInt32LE(FILE_ALIGNMENT, at + 36);
  file.writeUInt16LE(6, at + 40); // Windows Vista or newer
  file.writeUInt16LE(6, at + 48);
  file.writeUInt32LE(RESOURCES_AT + up(size, PAGE), at + 56);
  file.writeUInt32LE(HEADER_BYTES, at + 60);
  file.writeUInt16LE(WINDOWS_GUI, at + 68);
  file.writeUInt16LE(RELOCATABLE_NO_EXECUTE_NO_HANDLERS, at + 70);
  for (const [offset, bytes] of [
    [72, 0x10_0000], // stack and heap, reserved and used, of a program: a DLL has them all the same
    [80, PAGE],
    [88, 0x10_0000],
    [96, PAGE],
  ] as const)
    file.writeBigUInt64LE(BigInt(bytes), at + offset);
  file.writeUInt32LE(DIRECTORIES, at + 108);
  file.writeUInt32LE(RESOURCES_AT, at + 112 + RESOURCE_DIRECTORY * 8);
  file.writeUInt32LE(size, at + 112 + RESOURCE_DIRECTORY * 8 + 4);
}

function writeSectionHeader(file: Buffer, at: number, size: number): void {
  file.write('.rsrc', at, 'latin1');
  file.writeUInt32LE(size, at + 8);
  file.writeUInt32LE(RESOURCES_AT, at + 12);
  file.writeUInt32LE(up(size, FILE_ALIGNMENT), at + 16);
  file.writeUInt32LE(HEADER_BYTES, at + 20);
  file.writeUInt32LE(INITIALIZED_AND_READABLE, at + 36);
}

/** Folders by type, name and language, each with one entry. */
function resourceTree(type: number, language: number, size: number): Buffer {
  const tree = Buffer.alloc(TREE_BYTES);
  for (const [at, id, leadsTo] of [
    [0, type, SUBFOLDER + 24],
    [24, 1, SUBFOLDER + 48],
    [48, language, 72],
  ] as const) {
    tree.writeUInt16LE(1, at + 14); // entries with a number
    tree.writeUInt32LE(id, at + 16);
    tree.writeUInt32LE(leadsTo, at + 20);
  }
  tree.writeUInt32LE(RESOURCES_AT + TREE_BYTES, 72);
  tree.writeUInt32LE(size, 76);
  return tree;
}
