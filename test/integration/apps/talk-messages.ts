// What two clients and the application in talk.ts say to each other: one text for both sides.
import { defineMessage } from "aether/client";

const proto = `
  syntax = "proto3";
  message Say { uint32 n = 1; }
  message Told { uint32 by = 1; uint32 n = 2; }
  message Ask { }
  message Sum { uint32 count = 1; uint32 total = 2; }
`;

export const Say = defineMessage({ name: "Say", type: 1, proto });
export const Told = defineMessage({ name: "Told", type: 2, proto });
export const Ask = defineMessage({ name: "Ask", type: 3, proto });
export const Sum = defineMessage({ name: "Sum", type: 4, proto });
