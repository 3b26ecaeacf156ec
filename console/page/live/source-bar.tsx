import { SOURCES, type Weights } from "../wire/messages.ts";
import { SOURCE_NAMES } from "./why.ts";

/** How much each source gives, as one bar of parts. */
export function SourceBar({ shares }: { readonly shares: Weights | undefined }) {
  const told = SOURCES.filter((source) => (shares?.[source] ?? 0) >= 0.005);
  const words = told.map((source) => `${SOURCE_NAMES[source]} ${percent(shares![source])}`);
  return (
    <span class="source-bar" role="img" aria-label={words.join(", ")} title={words.join("\n")}>
      {told.map((source) => (
        <span key={source} class={`source ${source}`} style={{ flexGrow: shares![source] }} />
      ))}
    </span>
  );
}

export function SourceLegend() {
  return (
    <ul class="legend" aria-label="Sources">
      {SOURCES.map((source) => (
        <li key={source}>
          <span class={`source ${source}`} aria-hidden="true" />
          {SOURCE_NAMES[source]}
        </li>
      ))}
    </ul>
  );
}

function percent(share: number): string {
  return `${Math.round(share * 100)}%`;
}
