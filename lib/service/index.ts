/** The daemon as a service of the machine: installation, the service manager, and the privileges it needs. */
export { type ActivatedSocket, activatedSockets } from './activation.ts';
export { type InstallOptions, install, type ServiceOptions } from './install.ts';
export type { ManPage } from './installation.ts';
export { ServiceNotifier } from './notify.ts';
export {
  type Duties,
  type Holder,
  type MissingPrivilege,
  missingPrivileges,
  thisHolder,
} from './privileges.ts';
export type { Program } from './program.ts';
export { remove } from './remove.ts';
export { ServiceError } from './service-error.ts';
