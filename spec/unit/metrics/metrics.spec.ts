import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import type { DaemonState } from '../../../lib/daemon/index.ts';
import {
  Histogram,
  METRICS,
  type MetricDefinition,
  Metrics,
  metricsText,
  metricTable,
  powers,
} from '../../../lib/metrics/index.ts';
import { loadSettings } from '../../../lib/settings/index.ts';

const MAKE_TABLE =
  'node -e "import(\'./lib/metrics/index.ts\').then((metrics) => console.log(metrics.metricTable()))"';

const state: DaemonState = {
  isStopping: false,
  port: 512,
  addresses: [{ address: '127.0.0.1', family: 'IPv4', port: 512, secure: false, isExposed: false }],
  sessions: { receiving: 1, verifying: 2, running: 3, closing: 4 },
  waiting: 5,
  busiest: { address: '192.0.2.1', connections: 6 },
  hosts: 1,
  certificateEnds: new Date('2027-02-01T00:00:00Z'),
  lockouts: [
    { subject: 'user from 192.0.2.1', scope: 'pair', failures: 3, times: 1, seconds: 9 },
    { subject: 'address 192.0.2.1', scope: 'address', failures: 30, times: 1, seconds: 9 },
  ],
  isSharing: undefined,
  isRefusing: false,
};

const textOf = (metrics: Metrics, more: Partial<DaemonState> = {}): string =>
  metricsText(
    metrics.families({ state: { ...state, ...more }, settings: loadSettings({}, {}), version: '1.2.3' }),
  );

describe('the metrics', () => {
  it('say what the daemon is doing', async () => {
    const text = textOf(new Metrics());
    for (const line of [
      `rexecd_build_info{version="1.2.3",node="${process.versions.node}"} 1`,
      'rexecd_listening{listener="plain"} 1',
      'rexecd_listening{listener="tls"} 0',
      'rexecd_sessions{state="running"} 3',
      'rexecd_sessions_limit 12000',
      'rexecd_sessions_waiting 5',
      'rexecd_busiest_address_sessions 6',
      'rexecd_lockouts{scope="pair"} 1',
      'rexecd_lockouts{scope="user"} 0',
      'rexecd_certificate_not_after_timestamp_seconds 1801440000',
    ])
      assert.ok(text.includes(`\n${line}\n`), `${line} is missing in:\n${text}`);
  });

  it('leave out the certificate where there is none', async () => {
    const text = textOf(new Metrics(), { certificateEnds: undefined });
    assert.doesNotMatch(text, /certificate/);
  });

  it('say whether shared lockouts are there, if there are any', () => {
    assert.doesNotMatch(textOf(new Metrics()), /^rexecd_shared_lockouts_up /m);
    assert.match(textOf(new Metrics(), { isSharing: false }), /^rexecd_shared_lockouts_up 0$/m);
    assert.match(textOf(new Metrics(), { isSharing: true }), /^rexecd_shared_lockouts_up 1$/m);
  });

  it('add up events', async () => {
    const metrics = new Metrics();
    const who = { session: 'a1', peer: '192.0.2.1:5120', user: 'ada' };
    metrics.observe('loginChecked', { ...who, result: 'refused', ms: 30 });
    metrics.observe('lockedOut', { subject: 'user ada', scope: 'user', failures: 5, seconds: 30 });
    metrics.observe('commandStarted', { ...who, localUser: 'ada', command: 'id', pid: 7, ms: 4 });
    metrics.observe('commandEnded', { session: 'a1', pid: 7, status: 'SIGKILL', ms: 1500 });
    metrics.observe('commandEnded', { session: 'a1', pid: 7, status: 3, ms: 1 });
    metrics.observe('connectionRefused', {
      peer: 'x',
      cause: 'all 5 connections are in use (limits.maxConnections)',
    });
    metrics.observe('connectionRefused', { peer: 'x', cause: 'file descriptors are running out' });
    metrics.observe('eventsDropped', { sink: 'syslog', count: 12 });
    metrics.observe('reloadFailed', { cause: 'x' });
    const text = textOf(metrics);
    for (const line of [
      'rexecd_logins_total{result="refused"} 1',
      'rexecd_login_seconds_bucket{le="0.015625"} 0',
      'rexecd_login_seconds_bucket{le="0.03125"} 1',
      'rexecd_login_seconds_sum 0.03',
      'rexecd_lockouts_total{scope="user"} 1',
      'rexecd_command_start_seconds_count 1',
      'rexecd_commands_total{end="signal"} 1',
      'rexecd_commands_total{end="nonzero"} 1',
      'rexecd_commands_total{end="0"} 0',
      'rexecd_command_seconds_bucket{le="+Inf"} 2',
      'rexecd_connections_refused_total{reason="maxConnections"} 1',
      'rexecd_connections_refused_total{reason="descriptors"} 1',
      'rexecd_log_events_dropped_total{sink="syslog"} 12',
      'rexecd_events_total{id="REXECD-403",level="info"} 2',
      'rexecd_config_last_reload_successful 0',
    ])
      assert.ok(text.includes(`\n${line}\n`), `${line} is missing in:\n${text}`);
  });

  it('have the labels that they are defined with, and no other value, whatever a peer sends', async () => {
    const metrics = new Metrics();
    const hostile = 'x"} 1\nrexecd_evil{a="';
    const who = { session: hostile, peer: hostile, user: hostile };
    metrics.observe('loginChecked', { ...who, result: hostile, ms: 1 });
    metrics.observe('requestRefused', { ...who, code: hostile, cause: hostile });
    metrics.observe('connectionRefused', { peer: hostile, cause: hostile });
    metrics.observe('lockedOut', { subject: hostile, scope: hostile, failures: 1, seconds: 1 });
    metrics.observe('commandEnded', { session: hostile, pid: 1, status: hostile, ms: 1 });
    const settings = loadSettings({}, {});
    for (const { name, samples } of metrics.families({ state, settings, version: '1.2.3' }))
      for (const { labels } of samples) {
        const { le, ...own } = labels;
        const allowed: MetricDefinition['labels'] =
          (METRICS as Record<string, MetricDefinition>)[name]!.labels ?? {};
        assert.deepEqual(Object.keys(own), Object.keys(allowed), name);
        for (const [label, value] of Object.entries(own))
          assert.ok(allowed[label] === 'any' || allowed[label]!.includes(value), `${name}: ${value}`);
      }
    assert.doesNotMatch(textOf(metrics), /evil/);
  });

  it('are in docs/metrics.md as they are defined', () => {
    const document = readFileSync(new URL('../../../docs/metrics.md', import.meta.url), 'utf8');
    assert.ok(document.includes(metricTable()), `its table is not up to date; ${MAKE_TABLE} makes it`);
  });
});

describe('a histogram', () => {
  it('counts what is at most each bound', () => {
    const histogram = new Histogram(powers(2, -1, 1));
    histogram.observe(0.5);
    histogram.observe(0.6, 2);
    histogram.observe(7);
    assert.deepEqual(
      histogram.samples.map(({ suffix, labels, value }) => [suffix, labels.le, value]),
      [
        ['_bucket', '0.5', 1],
        ['_bucket', '1', 3],
        ['_bucket', '2', 3],
        ['_bucket', '+Inf', 4],
        ['_sum', undefined, 0.5 + 0.6 * 2 + 7],
        ['_count', undefined, 4],
      ],
    );
  });
});

describe('the text of metrics', () => {
  it('escapes what would end a label or a line', () => {
    const samples = [{ suffix: '' as const, labels: { a: 'b"\\\n' }, value: 1 }];
    assert.equal(
      metricsText([{ name: 'x', type: 'gauge', help: 'one\ntwo\\', samples }]),
      '# HELP x one\\ntwo\\\\\n# TYPE x gauge\nx{a="b\\"\\\\\\n"} 1\n',
    );
  });
});
