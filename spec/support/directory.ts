import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { globSync } from 'node:fs';
import { type Machine, noMachine } from './machine/machine.ts';
import { eventually, within } from './peer.ts';

/** A posixAccount. PAM gets the first of its names, whichever the user came with: nslcd tells it. */
export interface Person {
  readonly names: readonly string[];
  readonly uid: number;
  readonly gid: number;
  readonly password: string;
  readonly home: string;
  readonly shell?: string;
  /** Day since 1970 on which the account ends, shadow(5). */
  readonly expires?: number;
}

/** A posixGroup. */
export interface Group {
  readonly name: string;
  readonly gid: number;
  readonly members?: readonly string[];
}

const NEEDS = {
  slapd: '/usr/sbin/slapd',
  nslcd: '/usr/sbin/nslcd',
  'libnss-ldapd': '/lib/*/libnss_ldap.so.2',
  'libpam-ldapd': '/lib/*/security/pam_ldap.so',
} as const;
const missing = Object.entries(NEEDS).flatMap(([name, file]) => (globSync(file).length > 0 ? [] : [name]));

/** Why a directory cannot be made here; false where it can. */
export const noDirectory: string | false =
  noMachine || (missing.length > 0 && `needs OpenLDAP and nslcd (Debian: ${missing.join(' ')})`);

/** The directory decides about users who are not local, and about nobody else. */
export const DIRECTORY_SERVICE = `
auth sufficient pam_unix.so
auth [success=1 default=ignore] pam_localuser.so
auth sufficient pam_ldap.so use_first_pass
auth required pam_deny.so
account required pam_unix.so
account sufficient pam_localuser.so
account required pam_ldap.so
`;

const BASE = 'dc=example,dc=org';
const ADDRESS = 'ldapi://%2frun%2fslapd.socket/'; // on the machine's own /run

const SLAPD_CONF = `
include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/nis.schema
modulepath /usr/lib/ldap
moduleload back_mdb
database mdb
suffix ${BASE}
directory /srv/ldap
maxsize 10485760
access to attrs=userPassword by anonymous auth by * none
access to * by * read
`;

/** A name that nslcd looks for no groups of, as its ALLLOCAL does for every local user. */
export const LOCAL_ONLY = 'grace';

const NSLCD_CONF = `
uri ${ADDRESS}
base ${BASE}
ignorecase yes
reconnect_sleeptime 1
reconnect_retrytime 1
nss_initgroups_ignoreusers ${LOCAL_ONLY}
`;

/** OpenLDAP on the machine, and nslcd, which the machine's name service and PAM ask it through. */
export class Directory {
  readonly #machine: Machine;
  #server!: ChildProcess;
  #client!: ChildProcess;

  private constructor(machine: Machine) {
    this.#machine = machine;
  }

  static async make(
    machine: Machine,
    people: readonly Person[],
    groups: readonly Group[],
  ): Promise<Directory> {
    machine.shell(`
      mount -t tmpfs -o mode=755 tmpfs /run
      mkdir /srv/ldap
      sed -i -E 's/^(passwd|group|shadow):.*/\\1: files ldap/' /etc/nsswitch.conf
    `);
    machine.run('tee', ['/etc/nslcd.conf'], NSLCD_CONF);
    machine.run('tee', ['/etc/ldap/rexec-spec.conf'], SLAPD_CONF);
    const entries = [ROOT_ENTRY, ...people.map(personEntry), ...groups.map(groupEntry)];
    machine.run('slapadd', ['-f', '/etc/ldap/rexec-spec.conf'], entries.join('\n'));
    const directory = new Directory(machine);
    await Promise.all([directory.startServer(), directory.startClient()]);
    return directory;
  }

  async startServer(): Promise<void> {
    const words = ['-d', 'stats', '-f', '/etc/ldap/rexec-spec.conf', '-h', ADDRESS];
    this.#server = await this.#start('slapd starting', 'slapd', ...words);
  }

  async startClient(): Promise<void> {
    this.#client = await this.#start('nslcd: accepting connections', 'nslcd', '--debug');
  }

  stopServer(): Promise<void> {
    return killed(this.#server);
  }

  stopClient(): Promise<void> {
    return killed(this.#client);
  }

  /** The server takes connections and answers nothing, until {@link thawServer}. */
  freezeServer(): void {
    this.#server.kill('SIGSTOP');
  }

  thawServer(): void {
    this.#server.kill('SIGCONT');
  }

  async end(): Promise<void> {
    await Promise.all([this.stopServer(), this.stopClient()]);
  }

  /**
   * Resolves once it has said so. Its messages go to a file: nobody would read a pipe while this process waits for a
   * program that asks for a name.
   */
  async #start(ready: string, file: string, ...words: string[]): Promise<ChildProcess> {
    const log = `/run/${file}.log`;
    this.#machine.shell(`: > ${log}`);
    const child = this.#machine.start('sh', '-c', `exec "$@" 2> ${log}`, 'sh', file, ...words);
    const messages = () => this.#machine.run('cat', [log]);
    await eventually(() => {
      if (child.exitCode !== null) throw new Error(`${file} ended:\n${messages()}`);
      return messages().includes(`${ready}\n`);
    }, ready);
    return child;
  }
}

/** At once: nslcd would wait three seconds for its own threads. */
async function killed(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGKILL');
  await within(once(child, 'exit'), 'an end');
}

const ROOT_ENTRY = `dn: ${BASE}\nobjectClass: dcObject\nobjectClass: organization\ndc: example\no: example\n`;

const entry = (dn: string, classes: readonly string[], values: readonly (readonly [string, unknown])[]) =>
  [
    `dn: ${dn},${BASE}`,
    ...classes.map((each) => `objectClass: ${each}`),
    ...values.flatMap(([name, value]) => (value === undefined ? [] : [`${name}: ${value}`])),
    '',
  ].join('\n');

const personEntry = ({ names, uid, gid, password, home, shell = '/bin/sh', expires }: Person) =>
  entry(
    `cn=${uid}`,
    ['account', 'posixAccount', 'shadowAccount'],
    [
      ['cn', uid],
      ...names.map((name) => ['uid', name] as const),
      ['uidNumber', uid],
      ['gidNumber', gid],
      ['userPassword', password],
      ['homeDirectory', home],
      ['loginShell', shell],
      ['shadowExpire', expires],
    ],
  );

const groupEntry = ({ name, gid, members = [] }: Group) =>
  entry(
    `cn=${name}`,
    ['posixGroup'],
    [['cn', name], ['gidNumber', gid], ...members.map((member) => ['memberUid', member] as const)],
  );
