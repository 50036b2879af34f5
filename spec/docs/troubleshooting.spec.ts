import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { keyOf } from '../../lib/settings/index.ts';
import { ROOT } from '../support/program.ts';

/** Sources of what rexec and rexecd say; rconfig and rexec-fuzz are programs of their own, and say in their messages what to do. */
const ROOMS = [
  'base',
  'client',
  'connection',
  'control',
  'daemon',
  'files',
  'launch',
  'login',
  'mux',
  'native',
  'orchestrator',
  'panel/daemon',
  'panel/server',
  'panel/settings',
  'readers',
  'receive',
  'run',
  'sandbox',
  'service',
  'settings',
  'shared',
];
const SOURCES = [
  'codec/**/*.ts',
  `lib/{${ROOMS.join()}}/**/*.ts`,
  'lib/cli/*.ts',
  'lib/cli/programs/**/*.ts',
];
const OTHERS = /rconfig|fuzz/;
/** Said to whoever writes a program or breaks a rule of ours, and to no user. */
const FOR_PROGRAMMERS = [
  'a sandbox needs an account other than root',
  'connected to itself',
  'the daemon is already listening',
  'the connection has no descriptor to hand over',
  'the daemon is gone',
  'diagnostic contains a control character',
  'diagnostic is longer than … bytes',
  'frames ended before the answer',
  'frames ended before …',
];

const LITERAL = String.raw`(?<text>\`(?:[^\`\\]|\\.)*\`|'(?:[^'\\\n]|\\.)*')`;
const FIRST = String.raw`(?:'REXEC_\w+',\s*)?(?:field,\s*|'\w+',\s*)?`; // arguments before the message
const PLACES = [
  String.raw`\bnew (?!Range|Type)\w*Error\(\s*${FIRST}${LITERAL}`,
  String.raw`\.(?:error|abort)\(\s*${FIRST}${LITERAL}`,
  String.raw`\b(?:late|rule|cause|problem|ENOTSOCK|why|lost)(?::| =)\s*(?:[^;\n]*\?\s*)?${LITERAL}`,
  String.raw`\brule: \(\w*\) =>\s*${LITERAL}`,
  String.raw`,\s*'REXEC_\w+', ${LITERAL}`, // of within()
  String.raw`\bconsole\.error\(\s*${LITERAL}`,
  String.raw`\bwindowsFailure\(\s*${LITERAL}`,
].map((place) => new RegExp(place, 'g'));
/** Files whose functions give messages back, each line that has one. */
const GIVEN_BACK: Readonly<Record<string, RegExp>> = {
  'lib/base/child/child.ts': new RegExp(String.raw`\?\? ${LITERAL}`, 'g'),
  'lib/client/conversation.ts': new RegExp(String.raw`\bSTDERR_RESET = ${LITERAL}`, 'g'),
  'lib/control/client.ts': new RegExp(String.raw`(?:[?:]|\breturn)\s*${LITERAL}`, 'g'),
  'lib/login/account-rules.ts': new RegExp(String.raw`\breturn\s*${LITERAL}`, 'g'),
  'lib/login/windows/authenticator.ts': new RegExp(String.raw`\bNO_ACCOUNT = ${LITERAL}`, 'g'),
  'lib/login/windows/lists.ts': new RegExp(String.raw`\breturn\s*${LITERAL}`, 'g'),
  'lib/login/windows/refusals.ts': new RegExp(String.raw`\[\d+, ${LITERAL}`, 'g'),
  'lib/cli/programs/rexec/many/report/report.ts': new RegExp(String.raw`\breturn ${LITERAL}`, 'g'),
  'lib/launch/home.ts': new RegExp(String.raw`[?:]\s*${LITERAL}`, 'g'),
  'lib/files/windows-files.ts': new RegExp(String.raw`[?:]\s*${LITERAL}`, 'g'),
  'lib/files/read-trusted.ts': new RegExp(String.raw`(?:[?:]|\breturn)\s*${LITERAL}`, 'g'),
  'lib/login/certificates/login.ts': new RegExp(String.raw`[?:]\s*${LITERAL}`, 'g'),
  'lib/settings/variables.ts': new RegExp(`=> ${LITERAL}`, 'g'),
  'lib/receive/strangers.ts': new RegExp(String.raw`/,\s*${LITERAL},?\s*\]`, 'g'),
  'lib/receive/tls-gate.ts': new RegExp(String.raw`[?:]\s*${LITERAL}`, 'g'),
  'lib/cli/programs/rexecd/announce.ts': new RegExp(String.raw`\?\s*\[\s*${LITERAL}`, 'g'),
  'lib/service/manager/processes.ts': new RegExp(String.raw`\? \[\] : \[${LITERAL}`, 'g'),
  'lib/cli/programs/rexec/tls.ts': new RegExp(String.raw`(?:\breturn|\?) ${LITERAL}`, 'g'),
  'lib/connection/refusal.ts': new RegExp(String.raw`(?:REXEC_\w+:|\breturn) ${LITERAL}`, 'g'),
  'lib/cli/programs/rexec/faults.ts': new RegExp(String.raw`\breturn ${LITERAL}`, 'g'),
  'lib/cli/programs/rexec/failures.ts': new RegExp(String.raw`\|\| ${LITERAL}`, 'g'),
};

/** A message as the page has it: keys of settings, and what changes as an ellipsis. */
const shown = (literal: string): string =>
  literal
    .slice(1, -1)
    .replaceAll(/\$\{keyOf\('(\w+)'\)\}/g, (_, name) => keyOf(name))
    .replaceAll(/\$\{(?:[^{}]|\{[^{}]*\})*\}/g, '…')
    .replaceAll(/\\(.)/g, '$1')
    .replace(/^error: /, '')
    .trim();

/** Words are said besides what changes, in one line. */
const says = (message: string): boolean =>
  /[a-z]{2,}[^a-z]* [^a-z]*[a-z]{2,}/i.test(message) && !message.includes('\n');

const messages = new Set<string>();
for (const file of globSync(SOURCES, { cwd: ROOT }).filter((each) => !OTHERS.test(each))) {
  const source = readFileSync(join(ROOT, file), 'utf8').replaceAll(/\/\*.*?\*\/|^\s*\/\/[^\n]*$/gms, '');
  const given = GIVEN_BACK[file];
  for (const place of given ? [...PLACES, given] : PLACES)
    for (const { groups } of source.matchAll(place)) messages.add(shown(groups!.text!));
}

/** First cells of the page's tables. */
const told = [
  ...readFileSync(join(ROOT, 'docs/troubleshooting.md'), 'utf8').matchAll(/^\| `([^`]+)` \|/gm),
].map(([, message]) => message!);

describe('docs/troubleshooting.md', () => {
  it('is about every message that the sources have', () => {
    const known = new Set([...told, ...FOR_PROGRAMMERS]);
    assert.ok(messages.size > 80, `${messages.size} messages`);
    assert.deepEqual([...messages].filter((message) => says(message) && !known.has(message)).sort(), []);
  });

  it('is about no message that is none any more, and about each once', () => {
    assert.deepEqual(
      told.filter((message) => !messages.has(message)),
      [],
    );
    assert.deepEqual(
      told.filter((message, at) => told.indexOf(message) !== at),
      [],
    );
  });
});
