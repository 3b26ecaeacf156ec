import { Bar } from "../parts/bar.tsx";
import { count, duration, figure, size, wordOf } from "../parts/format.ts";
import { Empty, Waiting } from "../parts/notes.tsx";
import type { MethodFigures, ServingStatus } from "../wire/messages.ts";
import type { Watched } from "../wire/use-watch.ts";
import { Doctor } from "./doctor.tsx";

/** How well the scorer answers, and whether the store is sound. */
export function HealthPage({ watched: { serving } }: { readonly watched: Watched }) {
  return (
    <div class="sheet">
      <h1>Health</h1>
      <p class="lead">What the scorer answered in the last five minutes, and how the store is.</p>
      {serving === undefined ? (
        <Waiting words="Waiting for the first look…" />
      ) : (
        <>
          <Figures serving={serving} />
          <section aria-label="Rungs">
            <h2>Rungs</h2>
            <Rungs serving={serving} />
          </section>
          <section aria-label="Calls">
            <h2>Calls</h2>
            <Methods methods={serving.methods} />
          </section>
        </>
      )}
      <Doctor />
    </div>
  );
}

function Figures({ serving }: { readonly serving: ServingStatus }) {
  const lists = serving.methods.find(({ method }) => method === "NextTracks");
  const errors = serving.methods
    .flatMap((method) => method.errors)
    .reduce((sum, { calls }) => sum + Number(calls), 0);
  return (
    <dl class="figures">
      <div>
        <dt>median list</dt>
        <dd>{lists === undefined ? "–" : `${figure(lists.p50Ms)} ms`}</dd>
      </div>
      <div>
        <dt>99% of lists within</dt>
        <dd>{lists === undefined ? "–" : `${figure(lists.p99Ms)} ms`}</dd>
      </div>
      <div class={errors > 0 ? "warns" : ""}>
        <dt>calls refused or failed</dt>
        <dd>{count(errors)}</dd>
      </div>
      <div>
        <dt>memory</dt>
        <dd>{size(serving.residentBytes)}</dd>
      </div>
      <div>
        <dt>up for</dt>
        <dd>{duration(Date.now() - Number(serving.startedAtMs))}</dd>
      </div>
    </dl>
  );
}

function Rungs({ serving: { rungs } }: { readonly serving: ServingStatus }) {
  const all = rungs.reduce((sum, { lists }) => sum + Number(lists), 0);
  if (all === 0) {
    return (
      <Empty title="No list was asked for">
        <p>Play something on the Live page, or call NextTracks.</p>
      </Empty>
    );
  }
  return (
    <ul class="rungs">
      {rungs.map(({ rung, lists }) => (
        <li key={rung}>
          <span>{wordOf(rung)}</span>
          <Bar share={Number(lists) / all} name={wordOf(rung)} />
          <span class="number">{Math.round((Number(lists) * 100) / all)}%</span>
        </li>
      ))}
    </ul>
  );
}

function Methods({ methods }: { readonly methods: readonly MethodFigures[] }) {
  if (methods.length === 0) {
    return (
      <Empty title="No calls">
        <p>Nobody called within the last five minutes.</p>
      </Empty>
    );
  }
  return (
    <div class="scrolls">
      <table>
        <thead>
          <tr>
            <th scope="col">Method</th>
            <th scope="col">Calls</th>
            <th scope="col">p50</th>
            <th scope="col">p99</th>
            <th scope="col">Refused or failed</th>
          </tr>
        </thead>
        <tbody>
          {methods.map(({ method, calls, p50Ms, p99Ms, errors }) => (
            <tr key={method}>
              <th scope="row">{method}</th>
              <td>{count(calls)}</td>
              <td>{figure(p50Ms)} ms</td>
              <td>{figure(p99Ms)} ms</td>
              <td>
                {errors
                  .map((one) => `${one.status.toLowerCase()} ${count(one.calls)}`)
                  .join(", ") || "none"}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
