// A certificate and its key, looked at before the transport takes them: uWebSockets.js only says
// that it could not.
import { X509Certificate } from "node:crypto";
import { createSecureContext } from "node:tls";

import { exposureOf, readFileOf } from "./private-file.ts";

export interface CertificateFiles {
  readonly cert: string;
  readonly key: string;
}

export interface Certificate {
  /** Sentences of what is odd but can be served. */
  readonly warnings: readonly string[];
  /** When it ends, Unix ms. */
  readonly endsMs: number;
}

/**
 * @param now Unix ms
 * @throws Error in words when the pair cannot be served
 */
export function checkCertificate(files: CertificateFiles, now: number): Certificate {
  const cert = readFileOf("gateway.tls_cert_file", files.cert);
  const key = readFileOf("gateway.tls_key_file", files.key);
  const warnings: string[] = [];
  try {
    createSecureContext({ cert, key });
  } catch {
    // Its own words may show what lies in the files.
    throw new Error(
      `gateway.tls_cert_file is "${files.cert}" and gateway.tls_key_file is "${files.key}": ` +
        "one of them is no PEM file, or the key is not the certificate's.",
    );
  }
  const { validTo } = new X509Certificate(cert);
  const endsMs = Date.parse(validTo);
  if (endsMs <= now)
    warnings.push(`gateway.tls_cert_file is "${files.cert}", which expired at ${validTo}.`);
  const exposed = exposureOf("gateway.tls_key_file", files.key);
  if (exposed !== null) warnings.push(exposed);
  return { warnings, endsMs };
}
