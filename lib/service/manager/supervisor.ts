import { existsSync, readdirSync } from 'node:fs';
import { reasonOf } from '../../base/index.ts';
import { CATALOG, INIT_SCRIPT, LAUNCHD_PLIST } from '../install/installation.ts';
import type { Report } from '../install/report.ts';
import { ServiceError } from '../service-error.ts';
import { hasProgram, run, succeeds } from './command.ts';

/** What starts and stops services on a machine. */
export interface Supervisor {
  /** What shows the log of the service: a command, or a file. Undefined if nothing is started from here. */
  readonly log?: string;
  /** Has the service started at each boot, and not before. */
  enable(report: Report): Promise<void>;
  /** After the files are there; `changed` are those that were written. `check` may keep it from being started. */
  start(report: Report, changed: readonly string[], check: () => Promise<void>): Promise<void>;
  /** Before the files are deleted. */
  stop(report: Report): Promise<void>;
  /** After the files are deleted. */
  forget(report: Report): Promise<void>;
}

const UNITS = ['rexecd.socket', 'rexecd.service'];

const systemd: Supervisor = {
  log: 'journalctl --unit=rexecd',
  async enable(report) {
    await report.do('enable', 'rexecd at boot (systemctl enable rexecd.service)', () =>
      run('systemctl', 'enable', 'rexecd.service'),
    );
  },
  async start(report, changed, check) {
    if (changed.length > 0) await reread(report, changed.includes(CATALOG));
    const runs = await succeeds('systemctl', 'is-active', '--quiet', 'rexecd.service');
    if (runs && (await succeeds('systemctl', 'is-enabled', '--quiet', 'rexecd.service')))
      return sayRunning(report, changed, 'systemctl restart rexecd');
    await check();
    const since = Math.floor(Date.now() / 1000);
    await report.do('start', 'rexecd, now and at boot (systemctl enable --now rexecd.service)', () =>
      run('systemctl', 'enable', '--now', 'rexecd.service').catch(async (error) => {
        throw new ServiceError(`${reasonOf(error)}\n${await saidSince(since)}`.trim(), { cause: error });
      }),
    );
  },
  async stop(report) {
    const units: string[] = [];
    for (const unit of UNITS) if (await succeeds('systemctl', 'cat', unit)) units.push(unit); // else it is gone by now
    if (units.length === 0) return;
    await report.do('stop', `rexecd, now and at boot (systemctl disable --now ${units.join(' ')})`, () =>
      run('systemctl', 'disable', '--now', ...units),
    );
  },
  async forget(report) {
    await unlink(report); // systemctl keeps the links of the init script as well
    await reread(report, true);
  },
};

/** Why the daemon ended, which systemctl does not tell. */
const saidSince = (seconds: number): Promise<string> =>
  run('journalctl', '--identifier=rexecd', `--since=@${seconds}`, '--output=cat', '--no-pager').catch(
    () => '',
  );

async function reread(report: Report, catalog: boolean): Promise<void> {
  await report.do('reload', 'the units (systemctl daemon-reload)', () => run('systemctl', 'daemon-reload'));
  if (!catalog) return;
  await report.do('reload', 'the message catalogues (journalctl --update-catalog)', () =>
    run('journalctl', '--update-catalog'),
  );
}

/**
 * Also of an image that is built, or a chroot, whose systemd runs later: systemctl makes and removes its links without
 * one.
 */
const sysv: Supervisor = {
  log: '/var/log/rexecd/console.log',
  async enable(report) {
    if (hasProgram('update-rc.d') && !links().some((name) => name.startsWith('S')))
      await report.do('enable', 'rexecd (update-rc.d)', () => run('update-rc.d', 'rexecd', 'defaults'));
    if (hasProgram('systemctl') && !(await succeeds('systemctl', 'is-enabled', '--quiet', 'rexecd.service')))
      await report
        .do('enable', 'rexecd (systemctl enable rexecd.service)', () =>
          run('systemctl', 'enable', 'rexecd.service'),
        )
        .catch(({ message }: ServiceError) => report.say(`warning: ${message}`)); // there may be no systemd later either
  },
  async start(report, changed, check) {
    await this.enable(report);
    if (await succeeds(INIT_SCRIPT, 'status')) return sayRunning(report, changed, `${INIT_SCRIPT} restart`);
    await check();
    await report.do('start', `rexecd (${INIT_SCRIPT} start)`, () => run(INIT_SCRIPT, 'start'));
  },
  async stop(report) {
    if (await succeeds(INIT_SCRIPT, 'status'))
      await report.do('stop', `rexecd (${INIT_SCRIPT} stop)`, () => run(INIT_SCRIPT, 'stop'));
    if (hasProgram('systemctl') && (await succeeds('systemctl', 'is-enabled', '--quiet', 'rexecd.service')))
      await report.do('disable', 'rexecd (systemctl disable rexecd.service)', () =>
        run('systemctl', 'disable', 'rexecd.service'),
      );
  },
  forget: unlink,
};

async function unlink(report: Report): Promise<void> {
  if (hasProgram('update-rc.d') && links().length > 0)
    await report.do('disable', 'rexecd (update-rc.d)', () => run('update-rc.d', '-f', 'rexecd', 'remove'));
}

/** Where nothing is started from here: says how it is done. */
const byHand = (start: string, stop: string): Supervisor => ({
  enable: async () => {},
  start: async (report) => report.say(`to start the service: ${start}`),
  stop: async (report) => report.say(`to stop the service, if it is still running: ${stop}`),
  forget: async () => {},
});

const launchd = byHand(
  `sudo launchctl bootstrap system ${LAUNCHD_PLIST}`,
  'sudo launchctl bootout system/rexecd',
);

/** The one that runs on this machine. */
export function supervisorOf(platform: NodeJS.Platform): Supervisor {
  if (platform === 'darwin') return launchd;
  return existsSync('/run/systemd/system') ? systemd : sysv; // as sd_booted(3) has it
}

function sayRunning(report: Report, changed: readonly string[], restart: string): void {
  report.say(
    changed.length === 0
      ? 'unchanged; rexecd is running'
      : `rexecd is still running as before; to apply the changes: ${restart}`,
  );
}

/** What makes init start and stop the init script: `S01rexecd`, `K01rexecd`. */
const links = (): string[] =>
  [...'0123456S']
    .map((level) => `/etc/rc${level}.d`)
    .flatMap((folder) => (existsSync(folder) ? readdirSync(folder) : []))
    .filter((name) => /^[SK]\d\drexecd$/.test(name));
