import { dirname } from 'node:path/posix';
import { FileLockedError, locked } from '../../files/index.ts';
import { PAM_SERVICE, type PamStyle } from '../files/pam-file.ts';
import { checkProgram } from '../files/program.ts';
import { type Supervisor, supervisorOf } from '../manager/supervisor.ts';
import { ServiceError } from '../service-error.ts';
import { makeReaderAccount } from './account.ts';
import { mustBeFree, namesPamService, serviceSettings, startedLines } from './endpoints.ts';
import { type Ingredients, installationFor } from './installation.ts';
import { MANIFEST, type Manifest, manifestBytes, readManifest } from './manifest.ts';
import { pamChoice } from './pam-choice.ts';
import { manifestOf, missingFolders, modeOf, planFor } from './plan.ts';
import { Report } from './report.ts';
import { wrapperWarnings } from './tcp-wrappers.ts';
import { Tree } from './tree.ts';
import { strangersWhoCanWrite } from './trust.ts';

/** What an installation changes, as a lock knows it, and how long another one may take. */
const STATE = '/var/lib/rexecd';
const PATIENCE_MS = 120_000;

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
  /** Start it when its files are there; true unless given. It starts at the next boot in any case. */
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
  await alone(tree, report, () => installTo(tree, report, options, platform));
  return report.lines;
}

/** One installation or removal of this machine's service at a time, so that none forgets what another one wrote. */
export async function alone(tree: Tree, { dryRun }: Report, work: () => Promise<void>): Promise<void> {
  if (dryRun || !tree.isThisMachine || !(await tree.has(dirname(STATE)))) return work();
  return locked(STATE, work, PATIENCE_MS).catch((cause) => {
    throw cause instanceof FileLockedError ? new ServiceError(cause.message, { cause }) : cause;
  });
}

async function installTo(
  tree: Tree,
  report: Report,
  options: InstallOptions,
  platform: NodeJS.Platform,
): Promise<void> {
  const { program } = options;
  const warnings = tree.isThisMachine ? await strangersWhoCanWrite(program) : [];
  const before = await readManifest(tree);
  const pam = platform === 'linux' ? await pamChoice(tree, before, await namesPamService(tree)) : undefined;
  const files = installationFor(platform, options, await pamStyleOf(tree)).filter(
    ({ path }) => path !== PAM_SERVICE || !pam?.keepsOther,
  );
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
  if (platform === 'linux') warnings.push(...(await wrapperWarnings(tree)));
  for (const warning of warnings) report.say(`warning: ${warning}`);
  if (pam?.note) report.say(pam.note);
  const changed = written.map(({ file }) => file.path);
  if (platform === 'linux' && tree.isThisMachine) await makeReaderAccount(report);
  if (tree.isThisMachine) await startup(supervisorOf(platform), report, changed, options.start !== false);
}

async function startup(
  supervisor: Supervisor,
  report: Report,
  changed: readonly string[],
  isStarted: boolean,
): Promise<void> {
  if (!isStarted) return supervisor.enable(report);
  const resolved = await serviceSettings().catch(() => undefined); // the start says what is wrong with them
  const settings = report.dryRun ? undefined : resolved?.settings;
  await supervisor.start(report, changed, async () => settings && mustBeFree(settings));
  if (!settings || supervisor.log === undefined) return;
  for (const line of startedLines(settings)) report.say(line);
  report.say(`log: ${supervisor.log}`);
}

/** @throws ServiceError when the files of this machine are not ours to write */
export function mustBeRoot(tree: Tree, what: string): void {
  const uid = process.geteuid?.();
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
