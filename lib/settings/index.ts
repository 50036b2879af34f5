/** The daemon's settings: one schema, its layers. */
export { flagOf, type Layer, loadSettings, SettingsError, variableOf } from './layers.ts';
export { SETTINGS, type SettingName, type Settings } from './schema.ts';
