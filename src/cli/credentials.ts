// What the server knows people and itself by, opened before it starts: secrets, public keys, a
// certificate. What is wrong with a file ends the start with a sentence; a file that goes wrong
// later is told in the log, and what was read before goes on.
import type { Config } from "../config/schema.ts";
import type { CertificateFiles } from "../identity/certificate.ts";
import { checkCertificate } from "../identity/certificate.ts";
import { BadKeys, keysOfJwks, keysOfSecret } from "../identity/keys.ts";
import type { Keys } from "../identity/keys.ts";
import { exposureOf, readFileOf, readSecretFile } from "../identity/private-file.ts";
import { JwtVerifier } from "../identity/verifier.ts";
import { watchFiles } from "../identity/watch.ts";
import type { Log } from "../observability/log.ts";

export interface Credentials {
  /** null: nobody is asked who he is. */
  readonly verifier: JwtVerifier | null;
  /** As it is now; "": the admin server asks for none. */
  readonly adminToken: () => string;
  /** null: no TLS. */
  readonly tls: ServedCertificate | null;
}

export interface ServedCertificate extends CertificateFiles {
  /** When the one that is served ends, Unix ms; another with each renewal. */
  endsMs: number;
}

/** Of a server that asks nobody and hides nothing. */
export const NO_CREDENTIALS: Credentials = { verifier: null, adminToken: () => "", tls: null };

const SECRET_BYTES_MIN = 32;
const ADMIN_TOKEN = /^[\x21-\x7e]{32,512}$/;

/**
 * @param watchMs how often files are looked at for changes
 * @throws Error whose message is a sentence for the operator
 */
export async function openCredentials(
  config: Config,
  log: Log,
  watchMs?: number,
): Promise<Credentials> {
  const { gateway } = config;
  const hasTls = gateway.tls_cert_file !== "" && gateway.tls_key_file !== "";
  const files = { cert: gateway.tls_cert_file, key: gateway.tls_key_file };
  const tls = hasTls ? { ...files, endsMs: checked(files, log) } : null;
  return {
    verifier: await openVerifier(config.auth, log, watchMs),
    adminToken: openAdminToken(config.observability, log, watchMs),
    tls,
  };
}

/** Takes the certificate anew whenever its files have changed. @param renew throws to refuse */
export function watchCertificate(
  tls: ServedCertificate,
  log: Log,
  renew: () => void,
  watchMs?: number,
): void {
  const changed = (): void => {
    try {
      const endsMs = checked(tls, log);
      renew();
      tls.endsMs = endsMs;
      log.info({ file: tls.cert }, "The certificate has changed and is served from now on");
    } catch (error) {
      const reason = error instanceof Error ? error.message : "";
      log.error(
        { file: tls.cert, reason },
        "A changed certificate was refused; the last one stays",
      );
    }
  };
  watchFiles([tls.cert, tls.key], changed, watchMs);
}

/** @returns when the certificate ends, Unix ms */
function checked(files: CertificateFiles, log: Log): number {
  const { endsMs, warnings } = checkCertificate(files, Date.now());
  warn(log, warnings);
  return endsMs;
}

async function openVerifier(
  auth: Config["auth"],
  log: Log,
  watchMs?: number,
): Promise<JwtVerifier | null> {
  if (auth.mode === "none") return null;
  const { issuer, audience, jwks_file: keysFile, secret, secret_file: secretFile } = auth;
  const options = { issuer, audience, wallNow: () => Date.now() };
  if (secret !== "") return new JwtVerifier(keysOfSecret(Buffer.from(secret)), options);

  const [name, file, read] =
    keysFile !== ""
      ? (["key set", keysFile, () => readKeys(keysFile)] as const)
      : (["secret", secretFile, () => Promise.resolve(readSecret(secretFile, log))] as const);
  const verifier = new JwtVerifier(await read(), options);
  const take = async (): Promise<void> => {
    verifier.keys = await read();
  };
  watchSecret(name, file, take, log, watchMs);
  return verifier;
}

/** Has a file taken anew whenever it has changed. @param take rejects to refuse */
function watchSecret(
  name: string,
  file: string,
  take: () => Promise<void>,
  log: Log,
  watchMs?: number,
): void {
  const changed = async (): Promise<void> => {
    try {
      await take();
      log.info({ file }, `The ${name} has changed and is used from now on`);
    } catch (error) {
      const reason = error instanceof Error ? error.message : "";
      log.error({ file, reason }, `A changed ${name} was refused; the last one stays`);
    }
  };
  watchFiles([file], () => void changed(), watchMs);
}

async function readKeys(file: string): Promise<Keys> {
  const text = readFileOf("auth.jwks_file", file);
  try {
    return await keysOfJwks(text);
  } catch (error) {
    if (!(error instanceof BadKeys)) throw error;
    throw new Error(`auth.jwks_file is "${file}", which cannot be used: ${error.message}.`);
  }
}

function readSecret(file: string, log: Log): Keys {
  const bytes = Buffer.from(readSecretFile("auth.secret_file", file));
  warn(log, [exposureOf("auth.secret_file", file)]);
  if (bytes.length < SECRET_BYTES_MIN)
    throw new Error(
      `auth.secret_file is "${file}", which holds ${bytes.length} bytes: ` +
        `write at least ${SECRET_BYTES_MIN} random ones into it.`,
    );
  return keysOfSecret(bytes);
}

function openAdminToken(
  settings: Config["observability"],
  log: Log,
  watchMs?: number,
): () => string {
  const { admin_token: token, admin_token_file: file } = settings;
  if (file === "") return () => token;
  let current = readAdminToken(file, log);
  const take = (): Promise<void> => {
    current = readAdminToken(file, log);
    return Promise.resolve();
  };
  watchSecret("admin token", file, take, log, watchMs);
  return () => current;
}

function readAdminToken(file: string, log: Log): string {
  const read = readSecretFile("observability.admin_token_file", file);
  warn(log, [exposureOf("observability.admin_token_file", file)]);
  if (!ADMIN_TOKEN.test(read))
    throw new Error(
      `observability.admin_token_file is "${file}": write at least 32 random letters, digits ` +
        "and signs without blanks into it, and nothing else.",
    );
  return read;
}

function warn(log: Log, sentences: readonly (string | null)[]): void {
  for (const sentence of sentences) if (sentence !== null) log.warn({}, sentence);
}
