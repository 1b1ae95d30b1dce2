// Entry of the WebAssembly build. The twin's entry is step.ts itself.
export {
  digestView,
  indexIsSound,
  layoutMark,
  query,
  rebuildIndex,
  rehashState,
  step,
} from "./step";
