import { useCallback, useEffect, useState } from "preact/hooks";
import { call } from "./call.ts";

/** An answer, or why there is none, or neither while it is on its way. */
export interface Asked<Reply> {
  readonly reply: Reply | undefined;
  readonly trouble: string | undefined;
  again(): void;
}

/** Asks "Service/Method" when it is shown, and again when the request changes. An answer stays
 *  until the next one is there. */
export function useAsked<Reply>(method: string, request: object | undefined): Asked<Reply> {
  const [reply, setReply] = useState<Reply>();
  const [trouble, setTrouble] = useState<string>();
  const [round, setRound] = useState(0);
  const asked = request === undefined ? undefined : JSON.stringify(request);
  useEffect(() => {
    if (asked === undefined) return;
    const stop = new AbortController();
    call<Reply>(method, JSON.parse(asked), stop.signal).then(
      (got) => {
        setReply(got);
        setTrouble(undefined);
      },
      (error: Error) => {
        if (!stop.signal.aborted) setTrouble(error.message);
      },
    );
    return () => stop.abort();
  }, [method, asked, round]);
  const again = useCallback(() => setRound((before) => before + 1), []);
  return { reply, trouble, again };
}
