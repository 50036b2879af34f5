import { once } from 'node:events';
import { createServer } from 'node:net';
import { defaultPort } from '../../../codec/index.ts';
import { codeOf } from '../../base/index.ts';
import {
  endpointsOf,
  loadPolicy,
  mainEndpoint,
  POLICY_FILE,
  type Resolved,
  readDocument,
  resolveSettings,
  SETTINGS_FILE,
  type Settings,
} from '../../settings/index.ts';
import { ServiceError } from '../service-error.ts';
import { inetdEntryFor } from './inetd.ts';
import { type Holder, holdersOf } from './port-holder.ts';
import type { Tree } from './tree.ts';

/** The settings that the service of this machine starts with, without those of its environment. */
export async function serviceSettings(): Promise<Resolved> {
  const document = await readDocument(SETTINGS_FILE, false);
  const file = document && { path: SETTINGS_FILE, document };
  return resolveSettings({ file, policy: await loadPolicy(POLICY_FILE, false) });
}

/** Whether a machine's settings file names a PAM service. */
export async function namesPamService(tree: Tree): Promise<boolean> {
  const bytes = await tree.read(SETTINGS_FILE);
  return bytes instanceof Buffer && /^\s*pamService\s*=/m.test(bytes.toString('utf8'));
}

/** A daemon of ours, from wherever it was installed. */
const isOwn = ({ command }: Holder): boolean => /\/cli\/rexecd\.[jt]s\b/.test(command);

/** @throws ServiceError that names the program which has a port of the service, and how to take it from inetd */
export async function mustBeFree(settings: Settings): Promise<void> {
  for (const { host, port } of endpointsOf(settings)) {
    if (port === 0 || (await isFree(host, port))) continue;
    const holders = holdersOf(port);
    const [holder] = holders;
    if (!holder || holders.some((each) => isOwn(each) || each.pid === 1)) continue; // the start says more
    const entry = /inetd/.test(holder.name) ? inetdEntryFor(port) : undefined;
    const remedy = entry
      ? `remove line ${entry.line} of ${entry.file} ("${entry.text}"), then run "kill -HUP ${holder.pid}" and "rexecd -install" again`
      : 'stop it or choose another port, then run "rexecd -install" again';
    throw new ServiceError(`port ${port} is in use by ${holder.name} (process ${holder.pid}); ${remedy}`);
  }
}

/** True unless another socket listens there; what else is wrong with an address, the daemon says. */
async function isFree(host: string, port: number): Promise<boolean> {
  const server = createServer();
  try {
    server.listen({ host, port });
    await once(server, 'listening');
    return true;
  } catch (error) {
    return codeOf(error) !== 'EADDRINUSE';
  } finally {
    server.close();
  }
}

/** What to know about a service that was started: where it listens, and how to try a login. */
export function startedLines(settings: Settings): string[] {
  const endpoints = endpointsOf(settings);
  const where = endpoints.map(({ host, port }) => `${host} port ${port}`).join(' and ');
  const { secure, host, port } = mainEndpoint(endpoints);
  const target = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host;
  const isUsual = port === defaultPort(secure);
  const words = [
    'rexec',
    ...(secure ? ['--tls'] : []),
    ...(isUsual ? [] : ['--port', port]),
    '-l USER',
    target,
  ];
  return [`listening on ${where}`, `to try a login: ${words.join(' ')} id`];
}
