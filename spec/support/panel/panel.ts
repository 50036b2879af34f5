import { readFileSync, writeFileSync } from 'node:fs';
import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { TestContext } from 'node:test';
import { PASSWORD, USER } from '../daemon/daemon.ts';
import { freePort } from '../free-port.ts';
import { eventually } from '../peer.ts';
import { childrenOf, type Program, ROOT_MAY, run, start, temporaryFolder, usersFileOf } from '../program.ts';

/** A daemon that has a panel, its settings file, and what an administrator does about it. */
export interface Panel {
  readonly port: number;
  readonly origin: string;
  readonly panelPort: number;
  readonly config: string;
  daemon(): Program;
  /** What `rexecd` prints that is told something. */
  tell(...words: string[]): Promise<string>;
  /** The address that works once. */
  url(role?: 'admin' | 'viewer'): Promise<string>;
  /** The ticket of such an address. */
  ticket(role?: 'admin' | 'viewer'): Promise<string>;
  call(command: string, user?: string, password?: string): Program;
  restart(): Promise<void>;
  settings(): string;
}

export interface PanelSettings {
  /** Tables of the settings file. */
  readonly tables?: string;
  /** The policy file. */
  readonly policy?: string;
  readonly flags?: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
}

/** Users as root, by readers of an account that every machine has: in the file, and not over it. */
const AS_ROOT = { REXECD_ALLOW_ROOT: ROOT_MAY.REXECD_ALLOW_ROOT, REXECD_READER_ACCOUNT: 'nobody' };

export async function startPanel(t: TestContext, more: PanelSettings = {}): Promise<Panel> {
  const { tables = '', policy = '', flags = [], env = {} } = more;
  const folder = temporaryFolder(t);
  const [config, rules, socket] = ['rexecd.toml', 'policy.toml', 'run/control.sock'].map((name) =>
    join(folder, name),
  ) as [string, string, string];
  const [port, panelPort] = [await freePort(), await freePort()];
  const users = usersFileOf(t);
  writeFileSync(
    config,
    `listen = ["127.0.0.1:${port}"]\n[login]\nusers = "${users}"\nrefusalSeconds = 0.05\n[panel]\nlisten = "${panelPort}"\n${tables}\n`,
  );
  writeFileSync(rules, policy);
  const words = ['--config', config, '--policy', rules, '--control', socket, ...flags];
  const options = { env: { ...AS_ROOT, ...env } };
  const begin = async (): Promise<Program> => {
    const program = start(t, 'rexecd', ['-debug', ...words], options);
    await program.says(/, panel: account /);
    return program;
  };
  let daemon = await begin();
  const tell = async (...said: string[]): Promise<string> => {
    const { stdout, stderr } = await run(t, 'rexecd', [...said, '--control', socket]);
    return stdout + stderr;
  };
  const url = async (role: 'admin' | 'viewer' = 'admin'): Promise<string> => {
    const said = await tell('panel', ...(role === 'viewer' ? ['--viewer'] : []));
    const [found] = /http:\S+/.exec(said) ?? [];
    if (found === undefined) throw new Error(said);
    return found;
  };
  return {
    port,
    panelPort,
    origin: `http://127.0.0.1:${panelPort}`,
    config,
    daemon: () => daemon,
    tell,
    url,
    ticket: async (role) => new URL(await url(role)).hash.slice(1),
    call: (command, user = USER, password = PASSWORD) =>
      start(t, 'rexec', ['-l', user, '-p', password, '--port', `${port}`, '127.0.0.1', command]),
    async restart() {
      daemon.child.kill('SIGTERM');
      await daemon.end();
      daemon = await begin();
    },
    settings: () => readFileSync(config, 'utf8'),
  };
}

/** The process of the panel; 0 while there is none. */
export const panelProcessOf = (panel: Panel): number =>
  childrenOf(panel.daemon().pid).find((pid) => {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'latin1').includes('panel-program');
    } catch {
      return false; // it is gone
    }
  }) ?? 0;

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** A request that no browser would make. */
export function ask(
  { panelPort }: Pick<Panel, 'panelPort'>,
  path: string,
  options: { method?: string; headers?: Record<string, string | string[]>; body?: string } = {},
): Promise<Answer> {
  const { method = 'GET', headers = {}, body } = options;
  return new Promise((resolve, reject) => {
    const request = httpRequest({ host: '127.0.0.1', port: panelPort, path, method, headers, agent: false });
    request.on('error', reject).on('response', (response) => {
      text(response).then(
        (whole) => resolve({ status: response.statusCode!, headers: response.headers, body: whole }),
        reject,
      );
    });
    request.end(body);
  });
}

/** The same as a program with a ticket: verbs by a bearer. */
export async function bearerFor(panel: Panel, role?: 'admin' | 'viewer'): Promise<string> {
  const body = JSON.stringify({ ticket: await panel.ticket(role) });
  const answer = await ask(panel, '/ticket', { method: 'POST', headers: JSON_TYPE, body });
  return JSON.parse(answer.body).bearer as string;
}

export const JSON_TYPE = { 'Content-Type': 'application/json' } as const;

/** A verb by a bearer. */
export const verb = (
  panel: Pick<Panel, 'panelPort'>,
  name: string,
  bearer: string,
  body: object = {},
): Promise<Answer> =>
  ask(panel, `/verb/${name}`, {
    method: 'POST',
    headers: { ...JSON_TYPE, Authorization: `Bearer ${bearer}` },
    body: JSON.stringify(body),
  });

/** Waits until the settings file says something. */
export const fileSays = (panel: Panel, pattern: RegExp): Promise<void> =>
  eventually(() => pattern.test(panel.settings()), `the settings file says ${pattern}`);
