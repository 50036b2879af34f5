import { Networks } from './networks.ts';

const LOOPBACK = new Networks(['127.0.0.0/8', '::1']);

/** True for a numeric address that no packet leaves the host for, `::ffff:127.0.0.1` too. */
export const isLoopback = (address: string): boolean => LOOPBACK.include(address);
