/** Who a peer is: authenticators, the account a login leads to, and how a refusal looks from outside. */

export { type AccountRules, type Machine, refusedBy } from './account-rules.ts';
export { addressAndPort, networkOf } from './address.ts';
export type { Authenticator, Credentials, Grant, LoginSession, Verdict } from './authenticator.ts';
export { type CertificateOptions, certificateLogin } from './certificates/login.ts';
export { CertificateUsersError, type ClientCertificate } from './certificates/users.ts';
export { type Failures, sharedFailures } from './failures.ts';
export { type Identity, ownIdentity } from './identity.ts';
export { type KeptLock, lockoutsIn, type Moment, textOf } from './kept-lockouts.ts';
export { Lockout } from './lockout.ts';
export { Login, LoginBusyError, type LoginCheck, LoginError, type LoginLockout } from './login.ts';
export { type PamOptions, pamAuthenticator } from './pam/authenticator.ts';
export { domainNames } from './pam/domain-users.ts';
export { hasPamService } from './pam/service.ts';
export { type LockedOut, type Scope, subjectsOf } from './subjects.ts';
export { addUser, listUsers, removeUser } from './users-file/edit.ts';
export { UsersFileError, usersFile } from './users-file/file.ts';
export { PasswordHashError } from './users-file/password-hash.ts';
export { mustBeRealWindows, windowsAuthenticator } from './windows/load.ts';
