#!/usr/bin/env node
// Plain JavaScript in a CommonJS folder: even a Node too old for the rest can read it and say so.
process.on('SIGUSR1', () => {}); // Node's own answer is a debugger, in which any local user runs code as this one
if (!/--inspect/.test(`${process.execArgv} ${process.env.NODE_OPTIONS}`)) {
  setImmediate(() => require('node:inspector').close()); // if the signal came before this file was read
}
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major > 22 || (major === 22 && minor >= 18)) {
  if (process.platform === 'win32' && process.argv.includes('--service'))
    import('./programs/rexecd/service.ts');
  else import('./programs/rexecd/main.ts');
} else {
  console.error(`rexecd: needs Node.js 22.18 or newer, this is ${process.version}`);
  process.exitCode = 1;
}
