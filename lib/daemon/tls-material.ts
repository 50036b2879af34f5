import { X509Certificate } from 'node:crypto';
import { createSecureContext, type SecureContextOptions } from 'node:tls';
import { codeOf, RexecError, reasonOf } from '../base/index.ts';
import { readTrusted, SECRET, type Trust } from '../files/index.ts';
import type { TlsTerms } from '../receive/index.ts';
import { endpointsOf, keyOf, type SettingName, type Settings } from '../settings/index.ts';

/** What the files of the TLS settings say, and that it fits together. */
export interface TlsMaterial extends TlsTerms {
  /** The last moment at which every certificate of the chain is valid. */
  readonly validTo: Date;
}

/** A TLS setting or its file that does not do; the message names the setting and the file. */
export class TlsMaterialError extends RexecError {
  override readonly code = 'REXEC_TLS_MATERIAL';
}

const PUBLIC: Omit<Trust, 'what'> = {
  forbidden: 0o022,
  rule: (mode) => `has mode ${mode}: it must not be writable by group or others (chmod go-w)`,
  links: true,
};
const CERTIFICATES = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/** Reads certificate, key and authorities. @throws TlsMaterialError */
export async function readTlsMaterial(settings: Settings): Promise<TlsMaterial> {
  const { tlsLogin, tlsMinimumVersion: minVersion } = settings;
  const asks = tlsLogin !== 'password';
  const cert = await read(settings, 'tlsCertificate', PUBLIC);
  const key = await read(settings, 'tlsKey', SECRET);
  const chain = certificatesOf(settings, 'tlsCertificate', cert);
  fits('tlsCertificate', settings, { cert });
  fits('tlsKey', settings, { cert, key });
  const ca = asks ? await read(settings, 'tlsClientCa', PUBLIC) : undefined;
  if (ca) certificatesOf(settings, 'tlsClientCa', ca);
  const needsCertificate = tlsLogin === 'certificate' || tlsLogin === 'both';
  return {
    cert,
    key,
    ca,
    minVersion,
    needsCertificate,
    validTo: new Date(Math.min(...chain.map(({ validTo }) => Date.parse(validTo)))),
  };
}

/** Undefined if nothing listens for TLS. @throws TlsMaterialError */
export const tlsMaterial = async (settings: Settings): Promise<TlsMaterial | undefined> =>
  endpointsOf(settings).some(({ secure }) => secure) ? readTlsMaterial(settings) : undefined;

type FileSetting = Extract<SettingName, 'tlsCertificate' | 'tlsKey' | 'tlsClientCa'>;

async function read(settings: Settings, name: FileSetting, trust: Omit<Trust, 'what'>): Promise<string> {
  const path = settings[name];
  const needs =
    name === 'tlsClientCa' ? `tls.login is ${settings.tlsLogin}` : 'listen has an address for TLS';
  if (path === '') throw new TlsMaterialError(`${keyOf(name)} is not set, but ${needs}`);
  try {
    return (await readTrusted(path, { ...trust, what: keyOf(name) })).toString('latin1');
  } catch (cause) {
    const reason = reasonOf(cause); // ours names the setting
    throw new TlsMaterialError(codeOf(cause) === '' ? reason : `${keyOf(name)}: ${reason}`, { cause });
  }
}

function certificatesOf(settings: Settings, name: FileSetting, pem: string): X509Certificate[] {
  const found = pem.match(CERTIFICATES) ?? [];
  if (found.length === 0)
    throw new TlsMaterialError(`${keyOf(name)} ${settings[name]} contains no certificate`);
  try {
    return found.map((each) => new X509Certificate(each));
  } catch (cause) {
    throw new TlsMaterialError(`${keyOf(name)} ${settings[name]}: ${reasonOf(cause)}`, { cause });
  }
}

/** OpenSSL's own judgement, in the name of the file that was added last. */
function fits(name: FileSetting, settings: Settings, options: SecureContextOptions): void {
  try {
    createSecureContext(options);
  } catch (cause) {
    throw new TlsMaterialError(`${keyOf(name)} ${settings[name]}: ${reasonOf(cause)}`, { cause });
  }
}
