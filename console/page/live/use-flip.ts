import type { RefObject } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";

const MOVE_MS = 520;
const EASE = "cubic-bezier(0.22, 0.8, 0.24, 1)";

/** Lets the rows of a list glide from where they were to where they are: each row is told by its
 *  `data-track`. Rows that are new fade in. Nothing moves for people who want it so. */
export function useFlip(list: RefObject<HTMLElement | null>, order: string): void {
  const tops = useRef(new Map<string, number>());
  useLayoutEffect(() => {
    const rows = [...(list.current?.children ?? [])] as HTMLElement[];
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    const before = tops.current;
    tops.current = new Map(rows.map((row) => [row.dataset.track ?? "", row.offsetTop]));
    if (still || before.size === 0) return;
    for (const row of rows) {
      const was = before.get(row.dataset.track ?? "");
      const options = { duration: MOVE_MS, easing: EASE };
      if (was === undefined) row.animate([{ opacity: 0 }, { opacity: 1 }], options);
      else if (was !== row.offsetTop) {
        const from = `translateY(${was - row.offsetTop}px)`;
        row.animate([{ transform: from }, { transform: "none" }], options);
      }
    }
  }, [order]);
}
