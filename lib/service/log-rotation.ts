/** /etc/logrotate.d/rexecd */
export const logRotation =
  (): string => `# copytruncate, not a signal: SIGHUP also makes rexecd read its settings again, which nobody asked for at midnight, and
# what an init script keeps of its output is no file that the daemon could open anew. All writers append.
/var/log/rexecd/*.log {
  weekly
  rotate 8
  compress
  delaycompress
  missingok
  notifempty
  copytruncate
}
`;
