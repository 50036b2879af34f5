/** The control panel: a web page, served by a process without privilege, for which the daemon listens and acts. */

export { Ledger, type Listed } from './daemon/ledger.ts';
export { type Keeping, type Opening, Panel, type PanelOptions } from './daemon/panel.ts';
export type { PanelSession, Role } from './daemon/tickets.ts';
export { type PanelSource, RefusedChange, type Wanted } from './daemon/verbs.ts';
export { changeByPanel } from './settings/change.ts';
export { settingRows } from './settings/rows.ts';
export type {
  EventRow,
  Limit,
  Listener,
  LockoutRow,
  News,
  ProcessRow,
  SessionRow,
  SettingRow,
  SettingValue,
  Status,
} from './topics.ts';
