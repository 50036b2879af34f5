// Copies standard input to standard output, and to standard error as well with the word "both".
if (process.argv[2] === 'both') process.stdin.pipe(process.stderr);
process.stdin.pipe(process.stdout);
