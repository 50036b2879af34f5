/** A text as one word of a Bourne shell, or of zsh. */
export const shellQuoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;
