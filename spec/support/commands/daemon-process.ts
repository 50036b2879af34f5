/** A daemon for everybody, in a process of its own: takes shell and settings as JSON, tells its port. */
import { Daemon } from '../../../lib/daemon/index.ts';
import { EventLog } from '../../../lib/events/index.ts';
import { ownIdentity } from '../../../lib/login/index.ts';
import { loadSettings } from '../../../lib/settings/index.ts';

const { shell = '/bin/sh', ...settings } = JSON.parse(process.argv[2] ?? '{}');
const identity = { ...ownIdentity(), shell };
const authenticator = { authenticate: async () => ({ accepted: true, identity }) as const };
const daemon = new Daemon(loadSettings({}, { port: 0, profile: false, ...settings }), {
  authenticator,
  events: new EventLog(),
});
const { port } = await daemon.listen();
console.log(port);
