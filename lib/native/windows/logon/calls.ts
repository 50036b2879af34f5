import { createProcessAs } from '../create-process.ts';
import { findWindowsAccount } from './accounts.ts';
import { logOn } from './log-on.ts';
import { loadProfile, unloadProfile } from './profile.ts';

/** What waits for others: for a domain controller, for the disk or the share of a user. */
export const CALLS = { findWindowsAccount, logOn, loadProfile, unloadProfile, createProcessAs } as const;

export type Calls = typeof CALLS;
