import { DAEMON_FLAGS, type Program, STOP_SECONDS, xml } from './program.ts';

/** A launchd daemon for macOS. Generated only: it has not been run. */
export const launchdPlist = ({ node, script }: Program): string => `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
<dict>
  <key>Label</key>
  <string>rexecd</string>
  <key>ProgramArguments</key>
  <array>
    <string>${xml(node)}</string>
${DAEMON_FLAGS.map((flag) => `    <string>${flag}</string>\n`).join('')}    <string>${xml(script)}</string>
  </array>
  <key>RunAtLoad</key>
  <true/>
  <key>KeepAlive</key>
  <dict>
    <key>SuccessfulExit</key>
    <false/>
  </dict>
  <key>ThrottleInterval</key>
  <integer>10</integer>
  <key>ExitTimeOut</key>
  <integer>${STOP_SECONDS}</integer>
  <key>AbandonProcessGroup</key>
  <false/>
  <key>Umask</key>
  <integer>18</integer>
  <key>StandardErrorPath</key>
  <string>/var/log/rexecd/console.log</string>
</dict>
</plist>
`;
