// Makes build/proto/aether.{js,d.ts} from proto/aether.proto: the static protobuf codec.
import { execFileSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { flagsOf, freshFolder, moveIntoPlace } from "../assembly/into-place.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
flagsOf("proto/build.mjs", []);
const folder = freshFolder();
mkdirSync(`${folder}/proto`);
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
    `${folder}/proto/aether.js`,
    `${root}proto/aether.proto`,
  ],
  { stdio: "inherit" },
);
moveIntoPlace(folder);
