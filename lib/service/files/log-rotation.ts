/** /etc/logrotate.d/rexecd */
export const logRotation =
  (): string => `# Output that the init script keeps, and the log file of the "file" sink. The sink rotates its file by itself only when
# it is large (log.fileBytes); the rotated files (rexecd1.log and so on) are not touched here.
#
# copytruncate and not a signal: SIGHUP would also reload the settings, which is not wanted at midnight, and rexecd
# cannot reopen its standard output. Both files are opened for appending.
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
