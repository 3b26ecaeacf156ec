import type { ComponentChildren } from "preact";
import { useRef } from "preact/hooks";

/** A button whose act is asked about once more, in a dialog. */
export function Confirmed({
  id,
  label,
  title,
  act,
  refuse,
  danger,
  onConfirm,
  children,
}: {
  /** Unique on the page. */
  readonly id: string;
  readonly label: string;
  readonly title: string;
  /** What the two buttons of the dialog say. */
  readonly act: string;
  readonly refuse: string;
  readonly danger?: boolean;
  readonly onConfirm: () => void;
  readonly children: ComponentChildren;
}) {
  const dialog = useRef<HTMLDialogElement>(null);
  const look = danger ? "danger" : "";
  const confirm = () => {
    dialog.current?.close();
    onConfirm();
  };
  return (
    <>
      <button type="button" class={look} onClick={() => dialog.current?.showModal()}>
        {label}
      </button>
      <dialog ref={dialog} aria-labelledby={id}>
        <h2 id={id}>{title}</h2>
        {children}
        <div class="dialog-acts">
          <button type="button" class={look} onClick={confirm}>
            {act}
          </button>
          <button type="button" onClick={() => dialog.current?.close()}>
            {refuse}
          </button>
        </div>
      </dialog>
    </>
  );
}
