import type { Taste } from "../wire/messages.ts";

const NAMES: Readonly<Record<string, string>> = { short: "Session", long: "Long term" };

/** Each model's hidden state, one cell a unit: the fuller the colour, the farther from 0. */
export function HiddenStrips({ models }: Pick<Taste, "models">) {
  if (models.length === 0) return null;
  return (
    <figure class="strips">
      <figcaption>
        <h2>Hidden state</h2>
        <p>One cell for each unit of the two models, as of the last event.</p>
      </figcaption>
      {models.map(({ model, hidden }) => (
        <div key={model} class="strip-row">
          <span class="strip-name">{NAMES[model] ?? model}</span>
          <span class="strip" role="img" aria-label={`${hidden.length} units`}>
            {hidden.map((value, unit) => (
              <span key={unit} style={{ background: colourOf(value) }} />
            ))}
          </span>
        </div>
      ))}
    </figure>
  );
}

function colourOf(value: number): string {
  const strength = Math.round(Math.min(1, Math.abs(value)) ** 0.7 * 100);
  const colour = value >= 0 ? "var(--accent)" : "var(--ink)";
  return `color-mix(in oklab, ${colour} ${strength}%, var(--quiet))`;
}
