import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { parseAllDocuments } from 'yaml';
import { findProgram, PATIENT, ROOT, temporaryFolder } from '../support/program.ts';

const FOLDER = join(ROOT, 'packaging/container');
const [COMPOSE, KUBERNETES] = ['compose.yaml', 'kubernetes.yaml'].map((name) =>
  readFileSync(join(FOLDER, name), 'utf8'),
) as [string, string];
const DOCKER_COMPOSE = findProgram('docker-compose');

/** What docker-compose says against a file; empty if nothing. */
function composeSays(t: TestContext, text: string): string {
  const file = join(temporaryFolder(t), 'compose.yaml');
  writeFileSync(file, text);
  const words = ['--file', file, '--project-directory', FOLDER, 'config', '--quiet'];
  const { status, stderr } = spawnSync(DOCKER_COMPOSE!, words, { encoding: 'utf8' });
  return status === 0 ? '' : stderr;
}

/**
 * What the compiler says against the objects of a manifest as literals of the types of Kubernetes, which are made of its
 * OpenAPI schema: a property that there is not is an error, as one of another type is, or one that is missing.
 */
function kubernetesSays(t: TestContext, text: string): string {
  const objects = parseAllDocuments(text).map((each) => each.toJS() as { apiVersion: string; kind: string });
  const lines = objects.map(({ apiVersion, kind, ...rest }, at) => {
    const types = apiVersion === 'v1' ? 'core/v1' : apiVersion;
    const literal = JSON.stringify({ apiVersion, kind, ...rest });
    return `import type { ${kind} as Type${at} } from 'kubernetes-types/${types}';\n(${literal}) satisfies Type${at};\n`;
  });
  const folder = mkdtempSync(join(ROOT, 'node_modules/.manifests-')); // beside the types
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, 'objects.ts');
  writeFileSync(file, lines.join(''));
  const words = [
    'node_modules/typescript/bin/tsc',
    '--ignoreConfig',
    '--noEmit',
    '--strict',
    '--module',
    'esnext',
    '--moduleResolution',
    'bundler',
  ];
  const { status, stdout } = spawnSync(process.execPath, [...words, file], { cwd: ROOT, encoding: 'utf8' });
  return status === 0 ? '' : stdout;
}

describe('the manifests', PATIENT, () => {
  it('for Compose are as docker-compose reads them', {
    skip: !DOCKER_COMPOSE && 'needs docker-compose (Debian: docker-compose)',
  }, (t) => {
    assert.equal(composeSays(t, COMPOSE), '');
    assert.match(composeSays(t, COMPOSE.replace('mem_limit', 'memLimit')), /Unsupported .*'memLimit'/);
  });

  it('for Kubernetes have the properties of its objects, and no other', (t) => {
    assert.equal(kubernetesSays(t, KUBERNETES), '');
    assert.match(
      kubernetesSays(t, KUBERNETES.replace('readinessProbe', 'readyProbe')),
      /"readyProbe"' does not exist/,
    );
    assert.match(
      kubernetesSays(t, KUBERNETES.replace('replicas: 2', 'replicas: two')),
      /'string' is not assignable to type 'number'/,
    );
    assert.match(
      kubernetesSays(t, KUBERNETES.replace('type: LoadBalancer', 'types: LoadBalancer')),
      /"types"' does not/,
    );
  });
});
