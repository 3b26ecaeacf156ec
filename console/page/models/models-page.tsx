import { useEffect } from "preact/hooks";
import { SOURCE_NAMES } from "../live/why.ts";
import { ago, count, measure, size } from "../parts/format.ts";
import { Empty, Trouble, Waiting } from "../parts/notes.tsx";
import {
  type BundleSummary,
  type RunningExperiment,
  type ServingStatus,
  SOURCES,
} from "../wire/messages.ts";
import { useAsked } from "../wire/use-asked.ts";
import { EpochLine } from "./epoch-line.tsx";
import { ServeAct } from "./serve-act.tsx";
import { SideBySide } from "./side-by-side.tsx";

/** The bundles of this installation side by side, the one that is served first. */
export function ModelsPage({ serving }: { readonly serving: ServingStatus | undefined }) {
  const asked = useAsked<BundlesReply>("Console/ListBundles", {});
  const bundles = asked.reply?.bundles;
  const { again } = asked;
  // Another bundle serves: what is served, and what can be gone back to, are others now.
  const servedId = serving?.bundleId;
  useEffect(again, [servedId, again]);
  return (
    <div class="sheet">
      <h1>Models</h1>
      <p class="lead">
        A bundle holds both models, the tracks they know and what other sessions say. Figures are
        those of each training's held-back sessions, over the whole catalogue.
      </p>
      {asked.trouble !== undefined && <Trouble words={asked.trouble} retry={asked.again} />}
      {bundles === undefined && asked.trouble === undefined && (
        <Waiting words="Reading the manifests…" />
      )}
      {bundles !== undefined && bundles.length === 0 && (
        <Empty title="No bundle lies here">
          <p>
            The one that answers was opened from elsewhere:{" "}
            <code>{serving?.bundleId.slice(0, 12)}</code>. Train one with{" "}
            <code>segue train --log DIR --out DIR</code>.
          </p>
        </Empty>
      )}
      {bundles !== undefined && bundles.length > 0 && (
        <>
          <Experiments running={asked.reply?.experiments ?? []} />
          <SideBySide bundles={bundles} />
          <Bundles bundles={bundles} />
        </>
      )}
    </div>
  );
}

interface BundlesReply {
  readonly bundles: readonly BundleSummary[];
  readonly experiments: readonly RunningExperiment[];
}

/** A line for each experiment: its arms with their shares of listeners. */
function Experiments({ running }: { readonly running: readonly RunningExperiment[] }) {
  return (
    <>
      {running.map(({ name, arms, interleavedShare }) => (
        <p key={name} class="hint">
          Experiment {name}: {[...arms.map(armWords), ...bothWords(interleavedShare)].join(", ")} of
          listeners
        </p>
      ))}
    </>
  );
}

function armWords({ arm, share, bundle }: RunningExperiment["arms"][number]): string {
  return `${arm} ${percent(share)}${bundle === "" ? "" : ` by ${bundle}`}`;
}

function bothWords(share: number): readonly string[] {
  return share > 0 ? [`both in one list ${percent(share)}`] : [];
}

function percent(share: number): string {
  return `${Math.round(1000 * share) / 10}%`;
}

function Bundles({ bundles }: { readonly bundles: readonly BundleSummary[] }) {
  return (
    <div class="bundles">
      {bundles.map((bundle) => (
        <article key={bundle.id} class={bundle.served ? "bundle served" : "bundle"}>
          <header>
            <h2>{bundle.name}</h2>
            {bundle.served && <span class="badge">served</span>}
            {bundle.before && <span class="hint">served before</span>}
          </header>
          <p class="hint">
            <code>{bundle.id.slice(0, 12)}</code> · published {ago(bundle.publishedAtMs)}
          </p>
          <dl class="facts">
            <Fact name="tracks" value={count(bundle.tracks)} />
            <Fact name="learned from" value={`${count(bundle.events)} events`} />
            <Fact name="sessions" value={count(bundle.sessions)} />
            <Fact name="on disk" value={size(bundle.bytes)} />
            {bundle.models.map(({ model, hiddenSize, dimension }) => (
              <Fact
                key={model}
                name={`${model}-term model`}
                value={`${hiddenSize} units, vectors of ${dimension}`}
              />
            ))}
          </dl>
          <Accuracy bundle={bundle} />
          <Epochs bundle={bundle} />
          <Blend bundle={bundle} />
          <Report bundle={bundle} />
          {!bundle.served && <ServeAct bundle={bundle} />}
        </article>
      ))}
    </div>
  );
}

function Fact({ name, value }: { readonly name: string; readonly value: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}

function Accuracy({ bundle: { validation } }: { readonly bundle: BundleSummary }) {
  if (validation.length === 0) {
    return <p class="hint accuracy">Its training measured nothing.</p>;
  }
  return (
    <table class="accuracy">
      <thead>
        <tr>
          <th scope="col">Held back</th>
          <th scope="col">recall@1</th>
          <th scope="col">recall@20</th>
          <th scope="col">mrr@20</th>
        </tr>
      </thead>
      <tbody>
        {validation.map(({ model, recall1, recall20, mrr20 }) => (
          <tr key={model}>
            <th scope="row">{model === "blend" ? "the blend" : `${model}-term alone`}</th>
            <td>{measure(recall1)}</td>
            <td>{measure(recall20)}</td>
            <td>{measure(mrr20)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Epochs({ bundle: { models } }: { readonly bundle: BundleSummary }) {
  const told = models.filter(({ recall20ByEpoch }) => recall20ByEpoch.length > 1);
  if (told.length === 0) return null;
  return (
    <div class="epochs">
      {told.map(({ model, recall20ByEpoch }) => (
        <EpochLine key={model} name={`${model}-term`} values={recall20ByEpoch} />
      ))}
    </div>
  );
}

/** What was measured of a bundle on plays that its training did not see. */
function Report({ bundle: { id, name, reported } }: { readonly bundle: BundleSummary }) {
  if (reported) {
    return (
      <p>
        <a href={`/reports/${id}.html`} target="_blank" rel="noreferrer">
          Report of {name}
        </a>
      </p>
    );
  }
  return (
    <p class="hint">
      No report yet: <code>segue report --bundle DIR --log DIR --train DIR</code> puts one here.
    </p>
  );
}

function Blend({ bundle: { blend } }: { readonly bundle: BundleSummary }) {
  if (blend === undefined) return null;
  const told = SOURCES.filter((source) => blend[source] > 0);
  return (
    <p class="hint">
      Blend:{" "}
      {told.map((source) => `${SOURCE_NAMES[source]} ${blend[source].toFixed(2)}`).join(", ")}
      {blend.skips ? `, away from skips ${blend.skips.toFixed(2)}` : ""}
    </p>
  );
}
