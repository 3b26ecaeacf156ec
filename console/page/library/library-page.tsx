import { useState } from "preact/hooks";
import { CatalogueSearch } from "./catalogue-search.tsx";
import { ListenerSearch } from "./listener-search.tsx";

/** Who listens, and to what there is to listen. */
export function LibraryPage({ play }: { play(listener: string): void }) {
  const [shown, setShown] = useState<"listeners" | "tracks">("listeners");
  return (
    <div class="sheet">
      <h1>Library</h1>
      <p class="lead">What is known of every listener, and of every track.</p>
      <fieldset class="tabs">
        <legend class="sr-only">Show</legend>
        {(["listeners", "tracks"] as const).map((one) => (
          <label key={one}>
            <input
              type="radio"
              name="shown"
              checked={shown === one}
              onChange={() => setShown(one)}
            />
            <span>{one === "listeners" ? "Listeners" : "Catalogue"}</span>
          </label>
        ))}
      </fieldset>
      {shown === "listeners" ? <ListenerSearch play={play} /> : <CatalogueSearch />}
    </div>
  );
}
