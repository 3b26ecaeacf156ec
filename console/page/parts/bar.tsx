/** A part of a whole, 0 to 1, as a bar. */
export function Bar({ share, name }: { readonly share: number; readonly name: string }) {
  const percent = Math.round(Math.max(0, Math.min(1, share)) * 100);
  return (
    <span class="bar" role="img" aria-label={`${name}: ${percent}%`}>
      <span style={{ width: `${percent}%` }} />
    </span>
  );
}
