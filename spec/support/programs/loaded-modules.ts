/** With --import: writes the URL of every module that the process loads to the file REXEC_SPEC_LOADED. */
import { appendFileSync } from 'node:fs';
import { registerHooks } from 'node:module';

registerHooks({
  load(url, context, next) {
    appendFileSync(process.env.REXEC_SPEC_LOADED!, `${url}\n`);
    return next(url, context);
  },
});
