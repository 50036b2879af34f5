import { readdirSync, readFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A file of the page. */
export interface Asset {
  readonly type: string;
  readonly body: string;
}

const FOLDER = fileURLToPath(new URL('../page', import.meta.url));
/** Sources, or what was built from them; the modules name each other in the same way. */
const CODE = extname(import.meta.filename);
const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.ts': 'text/javascript; charset=utf-8',
};
const DECLARATIONS = /\.d\.ts$/;

/** All files of the page, by their paths: what a browser asks for is looked up here, and never in a folder. */
export function readAssets(): ReadonlyMap<string, Asset> {
  const assets = new Map<string, Asset>();
  for (const entry of readdirSync(FOLDER, { recursive: true, encoding: 'utf8' })) {
    const type = TYPES[extname(entry)];
    if (type === undefined || DECLARATIONS.test(entry)) continue;
    const text = readFileSync(join(FOLDER, entry), 'utf8');
    assets.set(`/page/${entry}`, { type, body: bodyOf(entry, text) });
  }
  const page = assets.get('/page/index.html')!;
  assets.delete('/page/index.html');
  return assets.set('/', page);
}

function bodyOf(name: string, text: string): string {
  if (name === 'index.html') return text.replace('/page/main.js', `/page/main${CODE}`);
  return extname(name) === '.ts' ? stripTypeScriptTypes(text) : text;
}
