import { useEffect } from "preact/hooks";
import type { Player } from "./use-player.ts";

/** Keys of the player, wherever the focus is: space, S and L. Where a key has a meaning of its own,
 *  as in a text field or on a button, it keeps it. */
export function useShortcuts(player: Player, isOn: boolean): void {
  useEffect(() => {
    if (!isOn) return;
    const pressed = (event: KeyboardEvent) => {
      const { target, key } = event;
      if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
      if (target instanceof Element && target.closest("input, textarea, select")) return;
      if (key === " " && !(target instanceof Element && target.closest("button, a, summary"))) {
        event.preventDefault();
        player.togglePlaying();
      } else if (key === "s") player.act("skipped");
      else if (key === "l") player.act("liked");
    };
    addEventListener("keydown", pressed);
    return () => removeEventListener("keydown", pressed);
  }, [player, isOn]);
}
