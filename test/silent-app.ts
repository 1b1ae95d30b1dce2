// An application at the gateway's door that lets everybody in and says nothing: what a test of the
// gateway alone puts there, with what it wants to hear in place of a method.
import type { AppPort } from "../src/gateway/app-port.ts";
import { MESSAGE_UNKNOWN } from "../src/messages/verdict.ts";
import type { MessageVerdict } from "../src/messages/verdict.ts";

export class SilentApp implements AppPort {
  onAppMessage(..._message: Parameters<AppPort["onAppMessage"]>): MessageVerdict {
    return MESSAGE_UNKNOWN;
  }
  beginTick(): void {
    // Nothing is to be done.
  }
  join(): string {
    return "";
  }
  entered(): void {
    // Nobody wants to know.
  }
  left(): void {
    // Nor this.
  }
}
