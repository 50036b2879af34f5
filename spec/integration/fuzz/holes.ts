import type { Socket } from 'node:net';
import type { TestContext } from 'node:test';
import { MessageReader } from '../../../lib/base/child/messages.ts';
import { Secret } from '../../../lib/base/secret.ts';
import type { MonitorFuzzOptions, OracleId } from '../../../lib/fuzz/index.ts';
import type { Report as HostReport } from '../../../lib/hosts/host-protocol.ts';
import { HostedRun, HostProcess } from '../../../lib/hosts/index.ts';
import { Errands } from '../../../lib/readers/errands.ts';
import { ReaderProcess } from '../../../lib/readers/index.ts';
import type { Report } from '../../../lib/readers/reader-protocol.ts';
import type { RemoteVisit } from '../../../lib/readers/remote-visit.ts';
import { VisitRules } from '../../../lib/readers/visit-rules.ts';

type Monitor = NonNullable<MonitorFuzzOptions['monitor']>;

/** A monitor with one hole, and what the harness calls it. */
export interface Hole {
  readonly plant: (t: TestContext) => Monitor;
  readonly shows: readonly OracleId[];
}

type Allows = VisitRules['allows'];

/** Rules about a visit that ask `allows` instead; it gets the true ones. */
const rules =
  (allows: (true_: Allows, rules: VisitRules, ...words: Parameters<Allows>) => boolean) =>
  (t: TestContext): Monitor => {
    const { allows: original } = VisitRules.prototype;
    t.mock.method(VisitRules.prototype, 'allows', function (this: VisitRules, ...words: Parameters<Allows>) {
      return allows(original.bind(this), this, ...words);
    });
    return {};
  };

/** A report that is taken in some states whatever the rules say. */
const takes = (say: Report['say'], ...states: readonly VisitRules['state'][]) =>
  rules((allows, { state }, report, secret) =>
    report.say === say && states.includes(state) && secret.length <= 256 ? true : allows(report, secret),
  );

/** Runs that hear in another way. */
const runs = (hear: (run: HostedRun, report: HostReport, events: RunEvents) => void) => (): Monitor => ({
  run: (job, events, again) => {
    const run = new HostedRun(job, events, again);
    const original = run.hear.bind(run);
    run.hear = (report) => {
      hear(run, report, events);
      original(report);
    };
    return run;
  },
});
type RunEvents = ConstructorParameters<typeof HostedRun>[1];

/** What a reader says about the visit of another one counts there. */
function othersVisits(): Monitor {
  const visits = new Map<string, readonly [ReaderProcess, RemoteVisit]>();
  return {
    reader: (options) => {
      const start = () => {
        const child = options.start();
        const messages = new MessageReader();
        (child.stdio[4] as Socket).on('data', (chunk: Buffer) => {
          try {
            for (const { body, secret } of messages.push(Buffer.from(chunk))) {
              const [owner, visit] = visits.get((body as Report).id) ?? [];
              if (visit && owner !== reader && (body as Report).say === 'gone')
                visit.hear(body as Report, secret);
            }
          } catch {} // it is no message
        });
        return child;
      };
      const reader: ReaderProcess = new ReaderProcess({ ...options, start });
      const visit = reader.visit.bind(reader);
      reader.visit = (id, ...words) => {
        const made = visit(id, ...words);
        visits.set(id, [reader, made]);
        return made;
      };
      return reader;
    },
  };
}

/** What a host says about the run of another one counts there. */
function othersRuns(): Monitor {
  const hosts = new Map<string, readonly [HostProcess, HostedRun]>();
  return {
    host: (start, heard) => {
      const host: HostProcess = new HostProcess(
        (hear) =>
          start((report) => {
            const [owner, run] = hosts.get(report.id) ?? [];
            if (run && owner !== host) run.hear(report);
            hear(report);
          }),
        heard,
      );
      const take = host.take.bind(host);
      host.take = (run) => {
        hosts.set(run.id, [host, run]);
        take(run);
      };
      return host;
    },
  };
}

/** What is changed in a session of other processes may show only when that session continues. */
const DISTURBS = ['monitor.disturbs', 'monitor.order', 'monitor.events', 'monitor.accepts'] as const;

export const HOLES: Readonly<Record<string, Hole>> = {
  'takes the header of a connection that nobody passed on': {
    plant: (t) => {
      const { hear } = Errands.prototype;
      t.mock.method(Errands.prototype, 'hear', function (this: Errands, report: Report) {
        return hear.call(this, report) || report.say === 'unwrapped';
      });
      return {};
    },
    shows: ['monitor.accepts'],
  },
  'takes a second request': { plant: takes('request', 'verifying'), shows: ['monitor.accepts'] },
  'takes a port after the request': {
    plant: takes('port', 'verifying', 'releasing'),
    shows: ['monitor.accepts'],
  },
  'takes a request while the stderr port is being connected': {
    plant: takes('request', 'connecting'),
    shows: ['monitor.accepts'],
  },
  'takes a release that was not ordered': {
    plant: takes('released', 'receiving', 'verifying'),
    shows: ['monitor.accepts', 'monitor.order'],
  },
  'takes an end that was not ordered': {
    plant: takes('over', 'receiving', 'verifying', 'releasing'),
    shows: ['monitor.accepts', 'monitor.order'],
  },
  'takes bytes that were not asked for': {
    plant: takes('bytes', 'receiving', 'verifying', 'closing'),
    shows: ['monitor.accepts'],
  },
  'takes a report any number of times': {
    plant: takes('gone', 'receiving', 'verifying', 'releasing', 'closing'),
    shows: ['monitor.accepts'],
  },
  'takes a secret with any report': {
    plant: rules((allows, _, report, secret) =>
      allows(report, report.say === 'request' ? secret : Secret.empty()),
    ),
    shows: ['monitor.accepts'],
  },
  'takes a password of any length': {
    plant: rules((allows, _, report) => allows(report, Secret.empty())),
    shows: ['monitor.accepts', 'monitor.login'],
  },
  'takes a port of the system': {
    plant: rules((allows, _, report, secret) =>
      allows(report.say === 'port' ? { ...report, port: 40_000 } : report, secret),
    ),
    shows: ['monitor.accepts', 'monitor.order'],
  },
  'takes a certificate in clear text': {
    plant: rules((allows, _, report, secret) => {
      const { certificate: _without, ...rest } = report as Report & { certificate?: unknown };
      return allows(rest as Report, secret);
    }),
    shows: ['monitor.accepts', 'monitor.login'],
  },
  'ends a reader whose peer has gone while it closes': {
    plant: rules((allows, { state }, report, secret) =>
      report.say === 'gone' && state === 'closing' ? false : allows(report, secret),
    ),
    shows: ['monitor.ends'],
  },
  'reports a broken rule twice': {
    plant: () => ({
      reader: (options) =>
        new ReaderProcess({
          ...options,
          misbehaved: (...words) => {
            options.misbehaved(...words);
            options.misbehaved(...words);
          },
        }),
    }),
    shows: ['monitor.blame'],
  },
  "takes the id of another reader's session": {
    plant: othersVisits,
    shows: ['monitor.disturbs', 'monitor.order'],
  },
  "takes the id of another host's session": { plant: othersRuns, shows: DISTURBS },
  'takes a second start of a command': {
    plant: runs((_, report, events) => {
      if (report.say === 'started') events.started(report);
    }),
    shows: ['monitor.events'],
  },
  'takes a second time that a run is idle': {
    plant: runs((run, report, events) => {
      if (report.say === 'idle' && !run.done) events.idle();
    }),
    shows: ['monitor.events'],
  },
  'waits for a request that has failed': {
    plant: () => ({
      reader: (options) => {
        const reader = new ReaderProcess(options);
        const visit = reader.visit.bind(reader);
        reader.visit = (...words) => {
          const made = visit(...words);
          const receive = made.receive.bind(made);
          made.receive = (onPort) => receive(onPort).catch(() => new Promise(() => {}));
          return made;
        };
        return reader;
      },
    }),
    shows: ['monitor.hangs', 'monitor.ends'],
  },
  'takes signals after the end of a command': {
    plant: () => {
      const ended = new Set<HostedRun>();
      return runs((run, report, events) => {
        if (report.say === 'ended') ended.add(run);
        if (report.say === 'signaled' && ended.has(run)) events.signaled(report.signal);
      })();
    },
    shows: ['monitor.events'],
  },
  'gives a run that has been started to another host': {
    plant: () => ({
      run: (job, events, again) => {
        const run = new HostedRun(job, events, again);
        run.lost = () => again();
        return run;
      },
    }),
    shows: ['monitor.events'],
  },
};
