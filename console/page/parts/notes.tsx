import type { ComponentChildren } from "preact";

/** Where there is nothing to show: what it would be, and how to get it. */
export function Empty({
  title,
  children,
}: {
  readonly title: string;
  readonly children?: ComponentChildren;
}) {
  return (
    <div class="empty">
      <p class="empty-title">{title}</p>
      {children !== undefined && <div class="empty-words">{children}</div>}
    </div>
  );
}

/** Something failed: what, and what to do about it. */
export function Trouble({
  words,
  retry,
}: {
  readonly words: string;
  readonly retry?: (() => void) | undefined;
}) {
  return (
    <div class="trouble" role="alert">
      <p>{words}</p>
      {retry !== undefined && (
        <button type="button" onClick={retry}>
          Try again
        </button>
      )}
    </div>
  );
}

/** An answer is on its way. */
export function Waiting({ words }: { readonly words: string }) {
  return (
    <p class="waiting" role="status">
      {words}
    </p>
  );
}
