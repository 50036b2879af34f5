import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { describeSettings, flagOf } from '../../../lib/settings/index.ts';
import { PATIENT, run } from '../../support/program.ts';

describe('the command line of rexecd', { ...PATIENT, concurrency: 2 }, () => {
  for (const [words, says] of [
    [['start'], "unknown command 'start' (see rexecd --help)"],
    [['session'], "unknown command 'session'; did you mean sessions? (see rexecd --help)"],
    [['lokouts'], "unknown command 'lokouts'; did you mean lockouts? (see rexecd --help)"],
    [['--port', '0', 'relaod'], "unknown command 'relaod'; did you mean reload? (see rexecd --help)"],
    [['--prot', '5'], "unknown option '--prot'; did you mean --port?"],
    [['--tls-mod=only'], "unknown option '--tls-mod'; did you mean --tls-mode?"],
  ] as const)
    it(`names what is unknown and what is near: ${words.join(' ')} (E17)`, async (t) => {
      const { stdout, stderr, status } = await run(t, 'rexecd', words);
      assert.deepEqual([stdout, stderr, status], ['', `rexecd: ${says}\n`, 1]);
    });

  it('has help in groups, with the values of each setting (E18)', async (t) => {
    const { stdout } = await run(t, 'rexecd', ['--help']);
    const groups = [...stdout.matchAll(/^(\w[\w ]*):$/gm)].map(([, title]) => title);
    for (const title of [
      'Service',
      'Listening',
      'Logins',
      'Accounts',
      'Lockouts',
      'Limits',
      'Commands and streams',
      'TLS',
      'Log',
    ])
      assert.ok(groups.includes(title), `${title}: ${groups}`);
    const largest = Math.max(
      ...stdout.split(/^\w[\w ]*:$/m).map((each) => each.match(/^ {2}-/gm)?.length ?? 0),
    );
    assert.ok(largest <= 25, `${largest} options in one group`);
    assert.match(stdout, /^ {2}--overflow <refuse\|queue>/m);
    assert.doesNotMatch(stdout, /--tls-mode|--workers/, 'options of earlier versions');
    assert.match(stdout, /^ {2}--log-sinks <console\|file\|syslog\|journald\|eventlog,\.\.\.>/m);
    for (const { name, choices, fallback } of describeSettings()) {
      const [, value = ''] = new RegExp(`^  ${flagOf(name)} [<[](.*)[>\\]]`, 'm').exec(stdout) ?? [];
      assert.ok(value !== '' && value !== 'value', name);
      if (choices.length > 0 && !Array.isArray(fallback)) assert.equal(value, choices.join('|'));
    }
  });
});
