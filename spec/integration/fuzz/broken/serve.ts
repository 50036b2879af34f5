/** A rexec server with the bug that is named, or with none: node serve.ts [BUG]. */
import { BUGS } from './bugs.ts';
import { Session, serve } from './server.ts';

const [name] = process.argv.slice(2);
if (name !== undefined && !BUGS[name]) throw new Error(`no such bug: ${name}`);
serve(name === undefined ? Session : BUGS[name]!.Kind);
