/** Who a peer is: authenticators, the account a login leads to, and how a refusal looks from outside. */
export { type Authenticator, type Credentials, denyEveryone, type Verdict } from './authenticator.ts';
export { type Identity, ownIdentity } from './identity.ts';
export { Login, LoginError } from './login.ts';
export { PasswordHashError } from './password-hash.ts';
export { addUser, UsersFileError, usersFile } from './users-file.ts';
