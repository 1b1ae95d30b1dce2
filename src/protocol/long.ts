// Settles protobufjs before the generated module loads. Without this a uint64 decodes to a `Long`
// object wherever the package `long` happens to be installed, whatever the typings say; and groups
// may nest a hundred deep.
import protobuf from "protobufjs/minimal.js";
import { MAX_DEPTH } from "./version.ts";

// The typings know no null here; the library's own configure() tests for it.
Reflect.set(protobuf.util, "Long", null);
protobuf.Reader.recursionLimit = MAX_DEPTH;
protobuf.configure();
