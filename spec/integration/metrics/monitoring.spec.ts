import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { METRICS, type MetricDefinition } from '../../../lib/metrics/index.ts';
import { PASSWORD, USER } from '../../support/daemon/daemon.ts';
import { freePort } from '../../support/free-port.ts';
import { eventually } from '../../support/peer.ts';
import {
  findProgram,
  PATIENT,
  Program,
  ROOT,
  run,
  startRexecd,
  temporaryFolder,
  usersFileOf,
} from '../../support/program.ts';

const FOLDER = join(ROOT, 'monitoring');
const PROMTOOL = findProgram('promtool');
const PROMETHEUS = findProgram('prometheus');

const read = (name: string): string => readFileSync(join(FOLDER, name), 'utf8');

/** What Prometheus answers. */
interface Answer<T> {
  readonly status: string;
  readonly error?: string;
  readonly data?: T;
}

interface Panel {
  readonly title: string;
  readonly targets: readonly { readonly expr: string }[];
}

/** Every expression of the alerts and of the dashboard. */
function expressions(): string[] {
  const dashboard = JSON.parse(read('rexecd-dashboard.json'));
  const alerts = [...read('rexecd-alerts.yaml').matchAll(/^ +expr: '(.*)'$/gm)].map(([, expr]) => expr!);
  const panels = (dashboard.panels as Panel[]).flatMap(({ targets }) => targets.map(({ expr }) => expr));
  return [...alerts, ...panels, dashboard.annotations.list[0].expr];
}

/** What a metric of a text is, by the name that a sample of it has. */
function definitionOf(name: string): MetricDefinition | undefined {
  const metrics: Readonly<Record<string, MetricDefinition>> = METRICS;
  const base = name.replace(/_(bucket|sum|count)$/, '');
  return metrics[name] ?? (metrics[base]?.type === 'histogram' ? metrics[base] : undefined);
}

const OF_PROMETHEUS = ['job', 'instance', 'le'];
/** Without TLS, and without a server that lockouts are shared on, there is none. */
const SOMETIMES = ['rexecd_certificate_not_after_timestamp_seconds', 'rexecd_shared_lockouts_up'];
const OF_OTHERS = ['up', 'node_textfile_mtime_seconds'];

describe('the alerts and the dashboard in monitoring/', () => {
  it('name metrics that there are, with labels and values that these have', () => {
    const all = expressions();
    assert.ok(all.length > 30, `${all.length} expressions`);
    for (const expr of all) {
      const selectors = [...expr.matchAll(/\b((?:rexecd|node|process|nodejs)_\w+|up)\b(?:\{([^}]*)\})?/g)];
      assert.ok(selectors.length > 0, expr);
      const known = new Set(OF_PROMETHEUS);
      for (const [, name = '', matchers = ''] of selectors) {
        const definition = definitionOf(name);
        if (OF_OTHERS.includes(name)) continue;
        assert.ok(definition, `${name} in ${expr}`);
        const labels: MetricDefinition['labels'] = definition.labels ?? {};
        for (const label of Object.keys(labels)) known.add(label);
        for (const [, label = '', how, value = ''] of matchers.matchAll(/(\w+)(=~|!~|!=|=)"([^"]*)"/g)) {
          if (OF_PROMETHEUS.includes(label)) continue;
          const values = labels[label];
          assert.ok(values, `${label} of ${name} in ${expr}`);
          for (const each of how?.endsWith('~') ? value.split('|') : [value])
            assert.ok(values === 'any' || values.includes(each), `${label}="${each}" in ${expr}`);
        }
      }
      for (const [, labels = ''] of expr.matchAll(/\b(?:by|without|on|ignoring) \(([^)]*)\)/g))
        for (const label of labels.split(', ').filter((each) => each !== ''))
          assert.ok(known.has(label), `${label} in ${expr}`);
    }
  });

  it('have a test for each alert, and name events that there are', () => {
    const alerts = [...read('rexecd-alerts.yaml').matchAll(/^ {6}- alert: (\w+)$/gm)].map(
      ([, name]) => name!,
    );
    const tests = read('rexecd-alerts.test.yaml');
    for (const alert of alerts) assert.match(tests, new RegExp(`^ {2}- name: ${alert}$`, 'm'));
    const ids = METRICS.rexecd_events_total.labels.id;
    for (const [id] of read('rexecd-alerts.yaml').matchAll(/REXECD-\d+/g)) assert.ok(ids.includes(id), id);
  });

  for (const [what, file] of [
    ['check', 'rexecd-alerts.yaml'],
    ['test', 'rexecd-alerts.test.yaml'],
  ] as const)
    it(`stand promtool ${what} rules`, { skip: !PROMTOOL && 'promtool (prometheus) is missing' }, () => {
      const { stdout, stderr, status } = spawnSync(PROMTOOL!, [what, 'rules', file], {
        cwd: FOLDER,
        encoding: 'utf8',
      });
      assert.equal(status, 0, stdout + stderr);
    });
});

describe('Prometheus', { ...PATIENT, skip: !PROMETHEUS && 'prometheus is missing' }, () => {
  it('scrapes the panel of a daemon, and takes every expression of the alerts and the dashboard', async (t) => {
    const folder = temporaryFolder(t);
    const control = join(folder, 'run', 'control.sock');
    const flags = ['--users', usersFileOf(t), '--control', control, '--panel-listen', '0'];
    const { port } = await startRexecd(t, flags);
    await run(t, 'rexec', ['-l', USER, '-p', PASSWORD, '--port', `${port}`, '127.0.0.1', 'true']);
    const { stdout } = await run(t, 'rexecd', ['panel', '--control', control]);
    const [, target] = /http:\/\/(127\.0\.0\.1:\d+)\//.exec(stdout)!;
    const web = `127.0.0.1:${await freePort()}`;
    const config = join(folder, 'prometheus.yml');
    writeFileSync(
      config,
      `global: { scrape_interval: 1s, evaluation_interval: 1s }
rule_files: ['${FOLDER}/rexecd-alerts.yaml']
scrape_configs:
  - job_name: rexecd
    static_configs: [{ targets: ['${target}'] }]
`,
    );
    const words = [
      `--config.file=${config}`,
      `--storage.tsdb.path=${folder}/data`,
      `--web.listen-address=${web}`,
    ];
    const prometheus = new Program(t, PROMETHEUS!, words, { cwd: folder });
    /** Undefined until it serves. */
    const ask = async <T>(path: string): Promise<Answer<T> | undefined> => {
      const response = await fetch(`http://${web}/api/v1/${path}`).catch(() => undefined);
      return response?.headers.get('content-type')?.includes('json')
        ? ((await response.json()) as Answer<T>)
        : undefined;
    };
    const query = (expr: string) =>
      ask<{ result: { value: [number, string] }[] }>(`query?query=${encodeURIComponent(expr)}`);
    await eventually(async () => {
      const answer = await query('rexecd_commands_total{end="0",job="rexecd"}');
      return answer?.data?.result[0]?.value[1] === '1';
    }, `the number in Prometheus; ${prometheus.stderr}`);
    for (const expr of expressions()) {
      const answer = await query(
        expr.replaceAll(/\$(__rate_interval|__range)/g, '5m').replaceAll(/\$\w+/g, '.*'),
      );
      assert.equal(answer?.status, 'success', `${expr}: ${answer?.error}`);
    }
    await eventually(async () => {
      const answer = await ask<{ groups: { rules: { health: string }[] }[] }>('rules');
      return answer?.data?.groups[0]?.rules.every(({ health }) => health === 'ok') ?? false;
    }, 'every rule is evaluated');
    const names = (await ask<string[]>('label/__name__/values'))?.data ?? [];
    const scraped = new Set(names.map((name) => name.replace(/_(bucket|sum|count)$/, '')));
    for (const name of Object.keys(METRICS)) assert.ok(scraped.has(name) || SOMETIMES.includes(name), name);
  });
});
