import { type Ingredients, installationFor } from './installation.ts';
import { MANIFEST, type Manifest, manifestBytes, readManifest } from './manifest.ts';
import type { PamStyle } from './pam-file.ts';
import { manifestOf, missingFolders, modeOf, planFor } from './plan.ts';
import { checkProgram } from './program.ts';
import { Report } from './report.ts';
import { ServiceError } from './service-error.ts';
import { supervisorOf } from './supervisor.ts';
import { Tree } from './tree.ts';
import { strangersWhoCanWrite } from './trust.ts';

/** Where, and how far. */
export interface ServiceOptions {
  /** `/`, or a folder that takes the files instead, for packages and trials; nothing is started or stopped then. */
  readonly root: string;
  /** Only say what would be done. */
  readonly dryRun: boolean;
  /** Told of each deed as it is done. */
  readonly tell: (line: string) => void;
  /** For what machines; for such as this one unless given. */
  readonly platform?: NodeJS.Platform;
}

export interface InstallOptions extends ServiceOptions, Ingredients {
  /** Start it when its files are there; true unless given. */
  readonly start?: boolean;
}

/**
 * Puts the service on a machine and starts it. Existing files stay: those that belong to the administrator once they
 * exist, and any that another program wrote or changed.
 *
 * @returns what was done, line by line
 * @throws ServiceError that names what failed, and why
 */
export async function install(options: InstallOptions): Promise<string[]> {
  const { platform = process.platform, program } = options;
  const tree = new Tree(options.root);
  const report = new Report(options);
  mustBeRoot(tree, 'installing');
  checkProgram(program, platform);
  const asked = tree.isThisMachine && platform !== 'win32'; // where files have owners
  const warnings = asked ? await strangersWhoCanWrite(program) : [];
  const before = await readManifest(tree);
  const files = installationFor(platform, options, await pamStyleOf(tree));
  const plans = await Promise.all(files.map((file) => planFor(tree, file, before)));
  const written = plans.filter(({ keep }) => keep === undefined);
  const missing = await missingFolders(
    tree,
    written.map(({ file }) => file),
  );

  for (const folder of missing)
    await report.do('make', tree.at(folder), () => tree.makeFolder(folder, modeOf(folder)));
  // Before the files: what an installation that is cut short leaves behind can still be completed, or removed.
  await writeManifest(tree, report, manifestOf(before, written, missing));
  for (const { file, keep } of plans) {
    const there = tree.at(file.path);
    if (keep === 'unchanged') report.say(`unchanged ${there}`);
    else if (keep !== undefined) await report.do('keep', `${there} (${keep})`);
    else await report.do('write', there, () => tree.write(file.path, file.bytes, file.mode));
  }
  for (const warning of warnings) report.say(`warning: ${warning}`);
  const changed = written.map(({ file }) => file.path);
  if (tree.isThisMachine && options.start !== false) await supervisorOf(platform).start(report, changed);
  return report.lines;
}

/** @throws ServiceError when the files of this machine are not ours to write */
export function mustBeRoot(tree: Tree, what: string): void {
  const uid = process.geteuid?.() ?? 0; // Windows refuses by itself
  if (tree.isThisMachine && uid !== 0)
    throw new ServiceError(`${what} the service requires root: use sudo, or name another folder with --root`);
}

async function writeManifest(tree: Tree, report: Report, manifest: Manifest): Promise<void> {
  const bytes = manifestBytes(manifest);
  const there = await tree.read(MANIFEST);
  if (there instanceof Buffer && there.equals(bytes)) return report.say(`unchanged ${tree.at(MANIFEST)}`);
  await report.do('write', tree.at(MANIFEST), () => tree.write(MANIFEST, bytes, 0o644));
}

/** By what is there; a folder that a package is put together in is like the machine it is put together on. */
async function pamStyleOf(tree: Tree): Promise<PamStyle> {
  for (const each of [tree, new Tree('/')]) {
    if (await each.has('/etc/pam.d/common-auth')) return 'debian';
    if (await each.has('/etc/pam.d/system-auth')) return 'redhat';
  }
  return 'plain';
}
