/** /etc/logrotate.d/rexecd */
export const logRotation =
  (): string => `# What an init script keeps of the daemon's output, and the file of the file sink, which begins a new one by itself only
# when it is large (log.fileBytes); the ones before it, rexecd1.log and on, are its own affair.
#
# copytruncate, not a signal: SIGHUP also makes rexecd read its settings again, which nobody asked for at midnight, and
# its output is no file that it could open anew. Whoever writes appends.
/var/log/rexecd/console.log /var/log/rexecd/rexecd.log {
  weekly
  rotate 8
  compress
  delaycompress
  missingok
  notifempty
  copytruncate
}
`;
