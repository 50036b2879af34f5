/** A Redis or Valkey server, and who we are there. */
export interface StoreUrl {
  /** By TLS. */
  readonly secure: boolean;
  readonly host: string;
  readonly port: number;
  readonly database: number;
  /** Name of the ACL user; empty: the default user. */
  readonly user: string;
}

const FORM =
  /^redis(?<tls>s)?:\/\/(?:(?<user>[\w.-]+)@)?(?:\[(?<six>[\da-f:.]+)\]|(?<host>[\w.-]+))(?::(?<port>\d{1,5}))?(?:\/(?<database>\d{1,2}))?\/?$/i;
const DEFAULT_PORT = 6379;

/** The setting `sharedLockouts`: `redis://USER@HOST:PORT/DATABASE`, or `rediss:` for TLS. Undefined if it is none. */
export function parseStoreUrl(text: string): StoreUrl | undefined {
  const { groups } = FORM.exec(text) ?? {};
  if (!groups) return undefined;
  const { tls, user = '', six, host, port = DEFAULT_PORT, database = 0 } = groups;
  if (Number(port) < 1 || Number(port) > 65_535) return undefined;
  return {
    secure: tls !== undefined,
    host: (six ?? host)!,
    port: Number(port),
    database: Number(database),
    user,
  };
}

/** A text in which no URL has a password: what is wrong may be shown, and logged. */
export const withoutPassword = (text: string): string =>
  text.replaceAll(/(\brediss?:\/\/[^\s:/"]*):[^\s"]*@/gi, '$1:***@');
