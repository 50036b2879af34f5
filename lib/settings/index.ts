/** The daemon's settings: one schema, its layers, the file, the administrator's ceiling. */

export { type Description, describeSetting, describeSettings, settingsTemplate } from './describe.ts';
export { type Endpoint, endpointsOf, endpointText, mainEndpoint, parseEndpoint } from './endpoint.ts';
export { SettingsError } from './errors.ts';
export type { Guard } from './file/alter.ts';
export {
  type Change,
  changeFrom,
  changeSettings,
  findSetting,
  listSettings,
  type Problem,
  problemsIn,
  removeKey,
  replaceSettings,
  type Standing,
  valueFrom,
  valueIn,
} from './file/edit.ts';
export {
  loadPolicy,
  POLICY_FILE,
  readDocument,
  readSettingsText,
  replaceSettingsFile,
  SETTINGS_FILE,
} from './file/files.ts';
export { migrate } from './file/migrate.ts';
export { GONE, LISTENER_NAMES, type ListenerName, type ListenerValues } from './file/old-keys.ts';
export { type Assignment, TomlDocument } from './file/toml-document.ts';
export { groupOf } from './groups.ts';
export {
  type Layer,
  loadSettings,
  outdatedIn,
  type Resolved,
  readPart,
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
export { checkPolicy, type Policy } from './policy.ts';
export { SETTINGS, type SettingName, type Settings } from './schema/index.ts';
export { parseStoreUrl, type StoreUrl } from './store-url.ts';
export { unknownVariables } from './variables.ts';
