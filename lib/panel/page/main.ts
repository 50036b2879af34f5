/**
 * The control panel of rexecd. A view builds its nodes once and brings them up to date: live data write text and
 * attributes of nodes that are there, so nothing is built again under the pointer.
 */
import { watch } from './base/model.ts';
import { begin } from './base/source.ts';
import { shell } from './shell/shell.ts';

const begun = begin();
const { update } = shell(document.getElementById('app')!);
watch(update);
await begun;
