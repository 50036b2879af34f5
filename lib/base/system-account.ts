/** The command that makes an account without a home that cannot log in. */
export const systemAccountCommand = (name: string): readonly [file: string, ...words: string[]] => [
  'useradd',
  '--system',
  '--no-create-home',
  '--home-dir',
  '/nonexistent',
  '--shell',
  '/usr/sbin/nologin',
  name,
];
