import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { ROOT } from '../support/program.ts';

const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

/** Papers that name specs, by path and by title in italics. */
const PAPERS = ['TRUST.md', ...globSync('docs/*.md', { cwd: ROOT })].filter((paper) =>
  read(paper).includes('.spec.ts'),
);

/** What a paper names that is not there, one sentence each. */
function faultsOf(paper: string, text: string): string[] {
  const faults: string[] = [];
  for (const [, path = '', titles = ''] of text.matchAll(
    /`(spec\/[\w./-]+\.spec\.ts)`((?:,? \*[^*\n]+\*)*)/g,
  )) {
    if (!existsSync(join(ROOT, path))) faults.push(`${paper} names ${path}`);
    else
      for (const [, title = ''] of titles.matchAll(/\*([^*]+)\*/g))
        if (!read(path).includes(title)) faults.push(`${paper} names ${title} of ${path}`);
  }
  return faults;
}

describe('the papers', () => {
  for (const paper of PAPERS)
    it(`${paper} names specs and titles that exist`, () => {
      assert.deepEqual(faultsOf(paper, read(paper)), []);
    });

  it('have each weakness of other daemons, with what shows that ours has not', () => {
    const rows = [...read('docs/security.md').matchAll(/^\| (\d+) \|.*\| (.*) \|$/gm)];
    assert.deepEqual(
      rows.map(([, number]) => Number(number)),
      Array.from({ length: 13 }, (_, index) => index + 1),
    );
    for (const [row, number, shown = ''] of rows)
      assert.match(shown, /`spec\/.*\.spec\.ts`/, `${number}: ${row}`);
  });

  it('are wrong where they name what is not there (control)', () => {
    const text =
      'see [it](no/such.md), `spec/no.spec.ts`, `spec/docs/man.spec.ts` *are what package.json names* *no such title*';
    assert.deepEqual(faultsOf('docs/x.md', text), [
      'docs/x.md names spec/no.spec.ts',
      'docs/x.md names no such title of spec/docs/man.spec.ts',
    ]);
  });
});

describe('the packages that TRUST.md names', () => {
  interface Locked {
    readonly version?: string;
    readonly license?: string;
    readonly dev?: true;
    readonly link?: true;
    readonly integrity?: string;
    readonly hasInstallScript?: true;
  }
  type Versions = Record<string, string>;
  const { dependencies, optionalDependencies } = JSON.parse(read('package.json')) as {
    dependencies: Versions;
    optionalDependencies: Versions;
  };
  const { packages } = JSON.parse(read('package-lock.json')) as { packages: Record<string, Locked> };
  const installed = Object.entries(packages).filter(
    ([path, { link }]) => path.startsWith('node_modules/') && !link,
  );
  const atRunTime = installed.filter(([, { dev }]) => !dev);
  const trust = read('TRUST.md');

  it('are those of package.json, with version and licence, and no others', () => {
    const rows = [...trust.matchAll(/^\| ([@\w/-]+) \| ([\d.]+) \| ([\w.-]+) \| /gm)];
    const named = rows.map(([, name, version, licence]) => [name, version, licence]);
    const needed = Object.entries({ ...optionalDependencies, ...dependencies }).map(([name, version]) => {
      const { version: locked, license } = packages[`node_modules/${name}`]!;
      assert.equal(locked, version, `${name} is named by its exact version`);
      return [name, version, license];
    });
    assert.deepEqual(named, needed);
  });

  it('come with a hash each, and have the licences that it says', () => {
    const noHash = installed.filter(([, { integrity }]) => !/^sha512-/.test(integrity ?? ''));
    assert.deepEqual(noHash, []);
    const [, said = ''] = /Licences\nof all are (.*)\./.exec(trust)!;
    const known = new Set(said.split(/, | or /));
    for (const [path, { license = 'none' }] of atRunTime)
      for (const each of license.replace(/[()]/g, '').split(' OR '))
        assert.ok(known.has(each), `${path}: ${each}`);
  });

  it('have one install script, which is not needed', () => {
    const scripts = atRunTime.filter(([, { hasInstallScript }]) => hasInstallScript).map(([path]) => path);
    assert.deepEqual(scripts, ['node_modules/koffi']);
  });
});
