/** Makes the manual pages of docs/man/*.md: node scripts/man/build.ts [FOLDER]. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { LISTS } from './lists.ts';
import { roffOf } from './roff.ts';

const root = join(import.meta.dirname, '../..');
const source = join(root, 'docs/man');
const [folder = join(root, 'dist', 'man')] = process.argv.slice(2);
const { SOURCE_DATE_EPOCH: epoch } = process.env; // so that a build can be repeated to the byte
const date = (epoch ? new Date(Number(epoch) * 1000) : new Date()).toISOString().slice(0, 10);
const version = `rexecd ${JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).version}`;

mkdirSync(folder, { recursive: true });
for (const file of readdirSync(source).filter((name) => name.endsWith('.md'))) {
  const markdown = readFileSync(join(source, file), 'utf8').replaceAll(
    /^<!-- (.+) -->$/gm,
    (_, name: string) =>
      name.endsWith('.md') ? readFileSync(join(source, name), 'utf8') : listNamed(name, file),
  );
  writeFileSync(join(folder, file.slice(0, -'.md'.length)), roffOf(markdown, { date, version }));
}

function listNamed(name: string, file: string): string {
  const list = LISTS[name];
  if (!list) throw new Error(`${file}: there is no list ${name}`);
  return list();
}
