import { networkInterfaces } from 'node:os';

const addresses = Object.values(networkInterfaces()).flatMap((each) => each ?? []);

/** Why there is no IPv6 to try here; false where there is. */
export const noIpv6: string | false = !addresses.some(({ address }) => address === '::1') && 'no ::1 here';
