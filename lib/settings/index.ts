/** The daemon's settings: one schema, its layers, the file, the administrator's ceiling. */
export type { Guard } from './alter.ts';
export { type Description, describeSetting, describeSettings, settingsTemplate } from './describe.ts';
export {
  type Change,
  changeSettings,
  findSetting,
  listSettings,
  type Problem,
  problemsIn,
  removeKey,
  replaceSettings,
  type Standing,
  valueFrom,
} from './edit.ts';
export { SettingsError } from './errors.ts';
export {
  loadPolicy,
  POLICY_FILE,
  readDocument,
  readSettingsText,
  replaceSettingsFile,
  SETTINGS_FILE,
} from './files.ts';
export { groupOf } from './groups.ts';
export {
  type Layer,
  loadSettings,
  type Resolved,
  readValue,
  resolveSettings,
  type Sources,
} from './layers.ts';
export {
  flagOf,
  keyOf,
  nearestKey,
  SETTING_NAMES,
  settingLike,
  settingOf,
  variableOf,
} from './names.ts';
export { type Network, parseNetwork, plainAddress } from './networks.ts';
export { checkPolicy, type Policy } from './policy.ts';
export { SETTINGS, type SettingName, type Settings } from './schema.ts';
export { type Assignment, TomlDocument } from './toml-document.ts';
