/** The system's words for what failed, with the path and without the call: `permission denied: /home/ada`. */
export function causeOf(error: unknown, path = (error as NodeJS.ErrnoException).path): string {
  const { message, code } = error as NodeJS.ErrnoException;
  if (code === undefined || path === undefined) return message;
  return `${message.replace(/^[A-Z0-9]+: |, .*$/g, '')}: ${path}`;
}
