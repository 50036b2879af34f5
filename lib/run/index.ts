/** What comes after the login: a command from its start to the close of its connection, in whichever process runs it. */

export { type CommandMaker, CommandRun, statusOfFailure } from './command-run.ts';
export type { CommandEnd, Job, Run, RunEvents, Runner, RunOptions, Started } from './job.ts';
export { prepare, prepareForHandler } from './prepare.ts';
