import { supervisorOf } from '../manager/supervisor.ts';
import { alone, mustBeRoot, type ServiceOptions } from './install.ts';
import { isOurs, MANIFEST, readManifest } from './manifest.ts';
import { Report } from './report.ts';
import { Tree } from './tree.ts';

/**
 * Stops the service and takes away what its installation wrote, as long as nobody changed it, and the folders it made,
 * as long as they are empty.
 *
 * @returns what was done, line by line
 * @throws ServiceError that names what failed, and why
 */
export async function remove(options: ServiceOptions): Promise<string[]> {
  const tree = new Tree(options.root);
  const report = new Report(options);
  mustBeRoot(tree, 'removing');
  await alone(tree, report, () => removeFrom(tree, report, options.platform));
  return report.lines;
}

async function removeFrom(tree: Tree, report: Report, platform?: NodeJS.Platform): Promise<void> {
  const manifest = await readManifest(tree);
  if (!manifest) {
    return report.say(`nothing to remove: ${tree.at(MANIFEST)} does not exist`);
  }
  const supervisor = tree.isThisMachine ? supervisorOf(platform ?? process.platform) : undefined;
  await supervisor?.stop(report);
  const gone = new Set<string>(); // in a dry run they are there all the same
  for (const entry of manifest.files) {
    const bytes = await tree.read(entry.path);
    if (bytes === undefined) continue;
    if (bytes === 'other' || !isOurs(entry, bytes)) {
      await report.do('keep', `${tree.at(entry.path)} (changed since it was installed)`);
      continue;
    }
    gone.add(await tree.plain(entry.path));
    await report.do('delete', tree.at(entry.path), () => tree.delete(entry.path));
  }
  gone.add(await tree.plain(MANIFEST));
  await report.do('delete', tree.at(MANIFEST), () => tree.delete(MANIFEST));
  for (const folder of manifest.folders.toReversed()) {
    const left = (await tree.list(folder))?.filter((path) => !gone.has(path));
    if (left === undefined) continue;
    if (left.length > 0) {
      await report.do('keep', `${tree.at(folder)} (not empty)`);
      continue;
    }
    await report.do('delete', tree.at(folder), () => tree.deleteFolder(folder));
    gone.add(folder);
  }
  await supervisor?.forget(report);
}
