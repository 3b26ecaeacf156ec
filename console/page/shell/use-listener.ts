import { useCallback, useState } from "preact/hooks";

const KEY = "segue-listener";

/** Who the Live page plays for; kept over reloads. */
export function useListener(): [string | undefined, (listener: string | undefined) => void] {
  const [listener, setListener] = useState(() => sessionStorage.getItem(KEY) ?? undefined);
  const choose = useCallback((chosen: string | undefined) => {
    if (chosen === undefined) sessionStorage.removeItem(KEY);
    else sessionStorage.setItem(KEY, chosen);
    setListener(chosen);
  }, []);
  return [listener, choose];
}
