#!/usr/bin/env node
// Plain JavaScript in a CommonJS folder: even a Node too old for the rest can read it and say so.
process.on('SIGUSR1', () => {}); // Node's own answer is a debugger, in which any local user runs code as this one
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major > 22 || (major === 22 && minor >= 18)) {
  import('./programs/grconfig/main.ts');
} else {
  console.error(`grconfig: needs Node.js 22.18 or newer, this is ${process.version}`);
  process.exitCode = 1;
}
