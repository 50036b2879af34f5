import { isAbsolute } from 'node:path';

/** The port that `ssh -L` opens, if the panel has a path instead of a port. */
const USUAL_PORT = 8512;

/** Where a browser finds the panel. */
export interface PanelPlace {
  /** A port of the loopback addresses, or the path of a unix socket. */
  readonly listen: number | string;
  /** Of the address that a browser has: the same port, unless the panel has a path. */
  readonly port: number;
  /** Whom the panel answers, as the `Host` header has it. */
  readonly hosts: readonly string[];
  /** What `ssh -L` leads the port to. */
  readonly sshTarget: string;
}

/** @param listen `panel.listen`; undefined if it is empty: there is no panel */
export function placeOf(listen: string, hosts: readonly string[]): PanelPlace | undefined {
  if (listen === '') return undefined;
  const path = isAbsolute(listen) ? listen : undefined;
  const port = path === undefined ? Number(listen) : USUAL_PORT;
  return {
    listen: path ?? port,
    port,
    hosts: [...namesOf(port), ...hosts],
    sshTarget: path ?? `127.0.0.1:${port}`,
  };
}

/** The same once the system has chosen the port. */
export const placeAt = (place: PanelPlace, port: number, hosts: readonly string[]): PanelPlace =>
  typeof place.listen === 'string' ? place : { ...placeOf(String(port), hosts)!, listen: place.listen };

const namesOf = (port: number): string[] =>
  ['127.0.0.1', '[::1]', 'localhost'].map((name) => `${name}:${port}`);
