/** The daemon as a service of the machine: installation, the service manager, and the privileges it needs. */

export { DAEMON_FLAGS, type Program } from './files/program.ts';
export type { InstallOptions, ServiceOptions } from './install/install.ts';
export type { ManPage } from './install/installation.ts';
export { install, remove } from './installer.ts';
export { activatedSockets } from './manager/activation.ts';
export { ServiceNotifier } from './manager/notify.ts';
export {
  type Duties,
  type Holder,
  type MissingPrivilege,
  missingPrivileges,
  thisHolder,
} from './manager/privileges.ts';
export {
  accountOf,
  type OwnProcess,
  ownProcesses,
  privilegesOf,
  processLines,
  ROLES,
  sandboxGaps,
} from './manager/processes.ts';
export type { Order, ServiceManager } from './manager/service-manager.ts';
export { ServiceError } from './service-error.ts';
export { WindowsService } from './windows/windows-service.ts';
