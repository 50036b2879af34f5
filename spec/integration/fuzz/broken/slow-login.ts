/** A rexec server whose logins take long, right or wrong: node slow-login.ts. */
import { setTimeout as delay } from 'node:timers/promises';
import { Session, serve } from './server.ts';

class SlowLogin extends Session {
  override async login(user: Buffer, password: Buffer): Promise<void> {
    await delay(900);
    await super.login(user, password);
  }
}

serve(SlowLogin);
