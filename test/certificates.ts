// Certificates for 127.0.0.1, made by openssl where there is one.
import { spawnSync } from "node:child_process";
import { copyFileSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export const hasOpenssl = spawnSync("openssl", ["version"]).status === 0;

export interface Pair {
  readonly cert: string;
  readonly key: string;
}

/** A folder of certificates, each its own authority. */
export class Certificates {
  readonly #folder = mkdtempSync(join(tmpdir(), "aether-tls-"));
  /** Where a server looks. */
  readonly served: Pair = this.#pair("served");

  /** @returns a new pair, under a name of its own */
  make(name: string): Pair {
    const pair = this.#pair(name);
    const { status, stderr } = spawnSync(
      "openssl",
      [
        ...["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"],
        ...["-keyout", pair.key, "-out", pair.cert, "-days", "2", "-subj", `/CN=${name}`],
        ...["-addext", "subjectAltName=IP:127.0.0.1"],
      ],
      { encoding: "utf8" },
    );
    if (status !== 0) throw new Error(`openssl made no certificate: ${stderr}`);
    return pair;
  }

  /** Puts a pair where the server looks. */
  serve({ cert, key }: Pair): void {
    copyFileSync(cert, this.served.cert);
    copyFileSync(key, this.served.key);
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true });
  }

  #pair(name: string): Pair {
    return { cert: join(this.#folder, `${name}.crt`), key: join(this.#folder, `${name}.key`) };
  }
}

export function textOf(file: string): string {
  return readFileSync(file, "utf8");
}
