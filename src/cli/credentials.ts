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
  /** "": the admin server asks for none. */
  readonly adminToken: string;
  /** null: no TLS. */
  readonly tls: CertificateFiles | null;
}

/** Of a server that asks nobody and hides nothing. */
export const NO_CREDENTIALS: Credentials = { verifier: null, adminToken: "", tls: null };

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
  const tls = hasTls ? { cert: gateway.tls_cert_file, key: gateway.tls_key_file } : null;
  if (tls !== null) warn(log, checkCertificate(tls, Date.now()));
  return {
    verifier: await openVerifier(config.auth, log, watchMs),
    adminToken: adminTokenOf(config.observability, log),
    tls,
  };
}

/** Takes the certificate anew whenever its files have changed. @param renew throws to refuse */
export function watchCertificate(
  tls: CertificateFiles,
  log: Log,
  renew: () => void,
  watchMs?: number,
): void {
  const changed = (): void => {
    try {
      warn(log, checkCertificate(tls, Date.now()));
      renew();
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

async function openVerifier(
  auth: Config["auth"],
  log: Log,
  watchMs?: number,
): Promise<JwtVerifier | null> {
  if (auth.mode === "none") return null;
  const { issuer, audience, jwks_file: file } = auth;
  const options = { issuer, audience, wallNow: () => Date.now() };
  if (file === "") return new JwtVerifier(keysOfSecret(secretOf(auth, log)), options);

  const verifier = new JwtVerifier(await readKeys(file), options);
  const changed = (): void => {
    readKeys(file).then(
      (keys) => {
        verifier.keys = keys;
        log.info({ file }, "The key set has changed and is used from now on");
      },
      (error: unknown) => {
        const reason = error instanceof Error ? error.message : "";
        log.error({ file, reason }, "A changed key set was refused; the last one stays");
      },
    );
  };
  watchFiles([file], changed, watchMs);
  return verifier;
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

function secretOf({ secret, secret_file: file }: Config["auth"], log: Log): Uint8Array {
  if (file === "") return Buffer.from(secret);
  const bytes = Buffer.from(readSecretFile("auth.secret_file", file));
  warn(log, [exposureOf("auth.secret_file", file)]);
  if (bytes.length < SECRET_BYTES_MIN)
    throw new Error(
      `auth.secret_file is "${file}", which holds ${bytes.length} bytes: ` +
        `write at least ${SECRET_BYTES_MIN} random ones into it.`,
    );
  return bytes;
}

function adminTokenOf(settings: Config["observability"], log: Log): string {
  const { admin_token: token, admin_token_file: file } = settings;
  if (file === "") return token;
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
