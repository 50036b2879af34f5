/**
 * Builds, and makes dist/rexecd_VERSION_ARCHITECTURE.deb of what is built and installed:
 * node packaging/build-deb.ts [--compression xz|zstd|gzip|none] [--level N] [--architecture amd64|arm64]. xz, at 3, for
 * this machine, unless told otherwise.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { DAEMON_FLAGS } from '../lib/service/index.ts';
import { productionDependencies } from './dependencies.ts';
import { type Options, optionsOf } from './options.ts';
import { PackageTree } from './package-tree.ts';
import { platformOf } from './platform.ts';

const ROOT = join(import.meta.dirname, '..');
const DEBIAN = join(import.meta.dirname, 'debian');
const LIB = 'usr/lib/rexecd';
const DOC = 'usr/share/doc/rexecd';
const PROGRAMS = {
  'usr/bin/grconfig': 'grconfig',
  'usr/bin/rexec': 'rexec',
  'usr/bin/rexec-bench': 'rexec-bench',
  'usr/bin/rexec-fuzz': 'rexec-fuzz',
  'usr/bin/rconfig': 'rconfig',
  'usr/sbin/rexecd': 'rexecd',
};
/** Where each shell looks for completions of packages, by the name of a program. */
const COMPLETIONS = {
  bash: (program: string) => `usr/share/bash-completion/completions/${program}`,
  zsh: (program: string) => `usr/share/zsh/vendor-completions/_${program}`,
  fish: (program: string) => `usr/share/fish/vendor_completions.d/${program}.fish`,
};

const options = optionsOrExit();
const { status: failed } = spawnSync('npm', ['run', '--loglevel=error', 'build'], {
  cwd: ROOT,
  stdio: 'inherit',
});
if (failed !== 0) process.exit(failed ?? 1);
const { version, license, man, author } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
const [folder, others] = [join(ROOT, 'dist', '.deb'), join(ROOT, 'dist', '.packages')];
process.umask(0o022);
const { architecture, root, runtime } = platformOf(options.architecture, ROOT, others);
const dependencies = productionDependencies(root);
rmSync(folder, { recursive: true, force: true });
mkdirSync(folder);
try {
  const tree = new PackageTree(folder);
  fill(tree);
  const target = join(ROOT, 'dist', `rexecd_${version}_${architecture}.deb`);
  const words = [
    `-Z${options.compression}`,
    `-z${options.level}`,
    '--root-owner-group',
    '--build',
    folder,
    target,
  ];
  execFileSync('dpkg-deb', words, { stdio: ['ignore', 'ignore', 'inherit'] });
  console.log(target);
} finally {
  for (const each of [folder, others]) rmSync(each, { recursive: true, force: true });
}

function optionsOrExit(): Options {
  try {
    return optionsOf(process.argv.slice(2));
  } catch (error) {
    console.error(`build-deb: ${(error as Error).message}`);
    process.exit(1);
  }
}

function fill(tree: PackageTree): void {
  for (const part of ['codec', 'lib', 'man']) tree.copy(join(ROOT, 'dist', part), `${LIB}/dist/${part}`);
  for (const each of dependencies)
    tree.copy(join(root, each.folder), `${LIB}/${each.folder}`, ['node_modules']);
  tree.copy(join(ROOT, 'package.json'), `${LIB}/package.json`);
  tree.link(join(root, runtime, 'bin', 'node'), `${LIB}/node`);
  for (const [path, program] of Object.entries(PROGRAMS)) {
    const flags = program === 'rexecd' ? DAEMON_FLAGS : [];
    const FLAGS = flags.map((flag) => `${flag} `).join('');
    tree.write(path, template('wrapper', { PROGRAM: program, FLAGS }), 0o755);
  }
  for (const program of Object.values(PROGRAMS))
    for (const [shell, path] of Object.entries(COMPLETIONS))
      tree.write(path(program), completionOf(program, shell));
  for (const page of man as string[]) {
    const name = page.split('/').at(-1)!;
    tree.writeZipped(`usr/share/man/man${name.at(-1)}/${name}.gz`, readFileSync(join(ROOT, page)));
  }
  tree.copy(join(ROOT, 'README.md'), `${DOC}/README.md`);
  tree.copy(join(ROOT, 'monitoring'), `${DOC}/monitoring`);
  tree.writeZipped(`${DOC}/changelog.gz`, readFileSync(join(ROOT, 'CHANGELOG.md')));
  tree.writeZipped(`${DOC}/LICENSE.node.gz`, readFileSync(join(root, runtime, 'LICENSE')));
  tree.write(
    `${DOC}/copyright`,
    template('copyright', { LICENSE: license, TEXT: licenseText(), PACKAGES: copyrights() }),
  );
  for (const script of ['postinst', 'prerm', 'postrm'])
    tree.write(`DEBIAN/${script}`, template(script), 0o755);
  tree.write('DEBIAN/md5sums', tree.checksums());
  const MAINTAINER = author ?? 'the authors of rexecd <rexecd@localhost>';
  const SIZE = String(tree.kilobytes);
  const fields = { VERSION: version, ARCHITECTURE: architecture, MAINTAINER, SIZE };
  tree.write('DEBIAN/control', template('control', fields));
}

/** As the built program prints it. */
function completionOf(program: string, shell: string): string {
  const script = join(ROOT, 'dist/lib/cli', `${program}.js`);
  return execFileSync(process.execPath, [script, '--completion', shell], { encoding: 'utf8' });
}

/** The LICENSE file as the continuation lines of a field. */
function licenseText(): string {
  const text = readFileSync(join(ROOT, 'LICENSE'), 'utf8').trimEnd();
  return text.replaceAll(/^$/gm, '.').replaceAll(/^/gm, ' ');
}

/** A paragraph for each package that comes along. */
function copyrights(): string {
  const paragraphs = dependencies.map(({ folder, name, license }) => [
    `Files: ${LIB}/${folder}/*`,
    `Copyright: the authors of ${name}`,
    `License: ${license}`,
    ' See its folder.',
  ]);
  return paragraphs.map((lines) => lines.join('\n')).join('\n\n');
}

function template(name: string, given: Readonly<Record<string, string>> = {}): string {
  return readFileSync(join(DEBIAN, name), 'utf8').replaceAll(/@([A-Z]+)@/g, (word, key: string) => {
    const value = given[key];
    if (value === undefined) throw new Error(`packaging/debian/${name}: what is ${word}?`);
    return value;
  });
}
