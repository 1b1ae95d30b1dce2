// Entry of the WebAssembly build. The twin's entry is step.ts itself.
export {
  adoptState,
  digestView,
  indexIsSound,
  layoutMark,
  listTold,
  query,
  queryNearest,
  queryRectangle,
  rebuildIndex,
  rehashState,
  step,
} from "./step";
