// Makes build/proto/aether.{js,d.ts} from proto/aether.proto: the static protobuf codec.
import { execFileSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
mkdirSync(`${root}build/proto`, { recursive: true });
const flags = "-t static-module -w esm -d -r aether --force-number --no-delimited --no-typeurl";
execFileSync(
  process.execPath,
  [
    `${root}node_modules/protobufjs-cli/bin/pbjs`,
    ...flags.split(" "),
    "--no-service",
    "--no-convert",
    "--keep-case",
    "-o",
    `${root}build/proto/aether.js`,
    `${root}proto/aether.proto`,
  ],
  { stdio: "inherit" },
);
