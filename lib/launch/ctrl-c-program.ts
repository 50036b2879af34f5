import { pressCtrlC } from '../native/index.ts';

/** Presses Ctrl-C for the command whose shell has this number, and ends: a process has one console at a time. */
pressCtrlC(Number(process.argv[2]));
process.exit();
