// Who may come in, and by what: tokens and their strength, files that hold secrets and who may read
// them, the certificate and its days.
import { X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";

import { isLoopback, parseAddress } from "../../config/address.ts";
import { readConfigFile } from "../../config/file.ts";
import type { Config } from "../../config/schema.ts";
import { SETTINGS } from "../../config/schema.ts";
import { exposureOf, readSecretFile } from "../../identity/private-file.ts";
import type { Log } from "../../observability/log.ts";
import { openCredentials } from "../credentials.ts";
import { fail, ok, warn } from "./finding.ts";
import type { Finding } from "./finding.ts";

/** Of 32 random bytes, also written in base64 or hex, so many differ; of a sentence fewer. */
const VARIETY_MIN = 10;
const DAY_MS = 86_400_000;
/** Certificates that last 90 days are renewed 30 days before their end. */
const RENEW_DAYS = 14;

/** @param source of the settings: a file, or words */
export async function secretFindings(config: Config, source: string): Promise<Finding[]> {
  const said: string[] = [];
  try {
    await openCredentials(config, listener(said));
  } catch (error) {
    return [fail("tokens", error instanceof Error ? error.message : String(error))];
  }
  return [
    accountFinding(config),
    ...weak("auth.secret", secretOf(config.auth.secret, config.auth.secret_file)),
    adminFinding(config.observability),
    ...weak("observability.admin_token", adminTokenOf(config.observability)),
    // An expired certificate is told below, with its days.
    ...said.filter((words) => !words.includes("expired")).map((words) => warn("tokens", words)),
    ...exposedSettings(source),
    ...certificateFindings(config.gateway),
  ];
}

function accountFinding({ auth, gateway }: Config): Finding {
  if (auth.mode !== "none") return ok("tokens", "clients are asked for a token (auth.mode jwt)");
  const { bind_addr: at } = gateway;
  if (isLoopback(parseAddress(at)?.host ?? "")) {
    return ok("tokens", "clients are asked for none, and only this machine reaches the server");
  }
  const words = `clients are asked for none, and whoever reaches ${at} may play`;
  return warn("tokens", words, "set auth.mode to jwt, or put a proxy before it that asks");
}

function adminFinding({ admin_addr: at, ...settings }: Config["observability"]): Finding {
  const token = adminTokenOf({ ...settings, admin_addr: at });
  if (token === "") return ok("tokens", `${at} asks for no token: only this machine reaches it`);
  return ok("tokens", `${at} asks for a token of ${token.length} characters`);
}

function adminTokenOf(settings: Config["observability"]): string {
  const { admin_token: token, admin_token_file: file } = settings;
  return file === "" ? token : readSecretFile("observability.admin_token_file", file);
}

function secretOf(secret: string, file: string): string {
  return file === "" ? secret : readSecretFile("auth.secret_file", file);
}

/** A secret that a person thought of; it is not shown. */
function weak(key: string, secret: string): Finding[] {
  const variety = new Set(secret).size;
  if (secret === "" || variety >= VARIETY_MIN) return [];
  const words = `${key} has ${secret.length} characters, and only ${variety} different ones`;
  return [warn("tokens", words, "make one with openssl rand -base64 48")];
}

/** A file of settings that holds a secret, and that others may read. */
function exposedSettings(source: string): Finding[] {
  const { entries } = readConfigFile(source, source);
  const keys = [...entries].filter(([key, { value }]) => {
    if (typeof value !== "string" || value === "") return false;
    return SETTINGS.get(key)?.isSecret === true || /:\/\/[^/@]*:[^/@]+@/.test(value);
  });
  if (keys.length === 0) return [];
  const exposed = exposureOf(keys.map(([key]) => key).join(", "), source);
  return exposed === null ? [] : [warn("tokens", exposed)];
}

function certificateFindings({ tls_cert_file: file }: Config["gateway"]): Finding[] {
  if (file === "") return [ok("certificate", "none: clients connect without TLS, or to a proxy")];
  const { subject, validFrom, validTo } = new X509Certificate(readFileSync(file));
  const days = Math.floor((Date.parse(validTo) - Date.now()) / DAY_MS);
  const words = `${file}, ${subject.replaceAll("\n", ", ")}, until ${validTo}`;
  if (days < 0) return [fail("certificate", `${words}, which is over`, "renew it")];
  if (Date.parse(validFrom) > Date.now()) {
    return [fail("certificate", `${words}, begins at ${validFrom}`, "wait, or set the clock")];
  }
  if (days < RENEW_DAYS) {
    return [warn("certificate", `${words}: ${days} days left`, "renew it; no restart is needed")];
  }
  return [ok("certificate", `${words}: ${days} days left`)];
}

/** Takes the warnings of those who open credentials. */
function listener(said: string[]): Log {
  const silent = (): undefined => undefined;
  const log: Log = {
    trace: silent,
    debug: silent,
    info: silent,
    warn: (_fields: object, message: string) => void said.push(message),
    error: silent,
    fatal: silent,
    child: () => log,
  };
  return log;
}
