import { type Program, STOP_SECONDS, xml } from './program.ts';

/** A service definition for WinSW, to be put beside its program as rexecd.xml. Generated only: it has not been run. */
export const windowsService = (
  { node, script }: Program,
  settingsFile: string,
): string => `<?xml version="1.0" encoding="UTF-8"?>
<service>
  <id>rexecd</id>
  <name>rexecd</name>
  <description>Remote execution service (rexec, TCP 512)</description>
  <executable>${xml(node)}</executable>
  <arguments>"${xml(script)}" --config "${xml(settingsFile)}"</arguments>
  <startmode>Automatic</startmode>
  <depend>Tcpip</depend>
  <onfailure action="restart" delay="5 sec"/>
  <stoptimeout>${STOP_SECONDS} sec</stoptimeout>
  <log mode="roll-by-size">
    <sizeThreshold>10240</sizeThreshold>
    <keepFiles>8</keepFiles>
  </log>
</service>
`;
