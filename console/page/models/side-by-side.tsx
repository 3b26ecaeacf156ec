import { ago, count, measure, size } from "../parts/format.ts";
import type { BundleSummary } from "../wire/messages.ts";

/** What can be compared of bundles, a row each. */
const ROWS: readonly (readonly [name: string, value: (bundle: BundleSummary) => string])[] = [
  ["published", ({ publishedAtMs }) => ago(publishedAtMs)],
  ["learned from", ({ events }) => `${count(events)} events`],
  ["tracks", ({ tracks }) => count(tracks)],
  ["on disk", ({ bytes }) => size(bytes)],
  ["held-back plays", (bundle) => blendFigure(bundle, ({ predictions }) => count(predictions))],
  ["recall@1", (bundle) => blendFigure(bundle, ({ recall1 }) => measure(recall1))],
  ["recall@20", (bundle) => blendFigure(bundle, ({ recall20 }) => measure(recall20))],
  ["mrr@20", (bundle) => blendFigure(bundle, ({ mrr20 }) => measure(mrr20))],
];

/** Bundles as columns of one table. Figures of different held-back plays are not comparable, which
 *  is why their number stands there, too. */
export function SideBySide({ bundles }: { readonly bundles: readonly BundleSummary[] }) {
  if (bundles.length < 2) return null;
  return (
    <section aria-label="Side by side">
      <h2>Side by side</h2>
      <div class="scrolls">
        <table>
          <thead>
            <tr>
              <th scope="col">The blend</th>
              {bundles.map(({ id, name }) => (
                <th key={id} scope="col">
                  {name} <code>{id.slice(0, 6)}</code>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {ROWS.map(([name, value]) => (
              <tr key={name}>
                <th scope="row">{name}</th>
                {bundles.map((bundle) => (
                  <td key={bundle.id}>{value(bundle)}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

function blendFigure(
  { validation }: BundleSummary,
  shown: (figures: BundleSummary["validation"][number]) => string,
): string {
  const blend = validation.find(({ model }) => model === "blend");
  return blend === undefined ? "–" : shown(blend);
}
