/** The daemon as a service of the machine: what it needs to be one. */
export {
  type Duties,
  type Holder,
  type MissingPrivilege,
  missingPrivileges,
  thisHolder,
} from './privileges.ts';
