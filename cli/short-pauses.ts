import { letHelpersGoLast } from "../core/beside/let-others-go-first.ts";
import { keepObjectsYoung } from "./young-objects.ts";

/** For a process that does nothing but ingest or serve, before its code is hot: V8 holds it up
 *  seldom, and not for long. */
export function keepPausesShort(): void {
  keepObjectsYoung();
  letHelpersGoLast();
}
