// Says when Ctrl-C was pressed, and ends then.
process.on('SIGINT', () => {
  process.stdout.write('pressed\n');
  process.exit();
});
process.stdout.write('ready\n');
setInterval(() => {}, 1e6);
