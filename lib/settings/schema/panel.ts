import { list, z } from '../kinds.ts';

/** A name as browsers send it: with the port, unless that is the usual one. */
const HOST = /^(\[[\da-f:.]+\]|[\w.-]+)(:\d{1,5})?$/i;
const isPort = (text: string) => /^\d{1,5}$/.test(text) && Number(text) < 2 ** 16;

/** The control panel, a web page. */
export const PANEL = {
  panelListen: z
    .string()
    .regex(/^$|^\d{1,5}$|^\/.{1,106}$/, 'a port, or the absolute path of a unix socket')
    .refine((text) => !/^\d/.test(text) || isPort(text), 'a port, or the absolute path of a unix socket')
    .default('')
    .describe(
      'where the control panel listens: a port, of the loopback addresses alone, or the path of a unix socket; 0: a free port; empty: there is no panel',
    ),
  panelHosts: list(z.string().regex(HOST, 'host names, such as "panel.example.org" or "127.0.0.1:8080"'))
    .default([])
    .describe(
      'other names that browsers reach the panel by, through a proxy or a forwarded port, with the port if it is not the usual one',
    ),
} as const;
