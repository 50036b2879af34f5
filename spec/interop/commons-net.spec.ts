import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { PASSWORD, startDaemon, USER } from '../support/daemon.ts';
import { type Ended, findProgram, PATIENT, Program } from '../support/program.ts';

const JAR = '/usr/share/java/commons-net.jar';
const SOURCE = join(import.meta.dirname, 'fixtures', 'CommonsNetClient.java');
const JAVA = findProgram('java');
const JAVAC = findProgram('javac'); // what runs a source file comes with it
const skip =
  (!JAVA || !JAVAC || !existsSync(JAR)) &&
  'needs java and Commons Net (Debian: default-jdk-headless libcommons-net-java)';

/** Runs the program to its end. */
const client = (t: TestContext, port: number, words: readonly string[], stdin = ''): Promise<Ended> =>
  new Program(t, JAVA!, ['-cp', JAR, SOURCE, String(port), ...words], { stdin }).end();

describe('a Java program on Commons Net', { ...PATIENT, skip }, () => {
  for (const stdio of ['auto', 'relay'] as const) {
    it(`runs a command with one connection, with stdio ${stdio}`, async (t) => {
      const { port } = await startDaemon(t, { stdio });
      const ended = await client(t, port, [USER, PASSWORD, 'cat; echo err >&2', 'merged'], 'input\n');
      assert.deepEqual(ended, { stdout: 'input\nerr\n', stderr: '', status: 0 });
    });

    it(`runs a command with a separate error stream, whose source it verifies, with stdio ${stdio}`, async (t) => {
      const { port } = await startDaemon(t, { stdio });
      const ended = await client(t, port, [USER, PASSWORD, 'cat; echo err >&2', 'separate'], 'input\n');
      assert.deepEqual(ended, { stdout: 'input\n', stderr: 'err\n', status: 0 });
    });
  }

  for (const stream of ['merged', 'separate'])
    it(`reads why it is refused, ${stream}`, async (t) => {
      const { port } = await startDaemon(t);
      const ended = await client(t, port, [USER, 'wrong', 'echo out', stream]);
      assert.deepEqual(ended, { stdout: '', stderr: 'Login incorrect.\n', status: 3 });
    });
});
