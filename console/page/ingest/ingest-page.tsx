import { count, duration, figure } from "../parts/format.ts";
import { Empty, Trouble, Waiting } from "../parts/notes.tsx";
import type { IngestStatus, PartitionStatus } from "../wire/messages.ts";
import type { Watched } from "../wire/use-watch.ts";
import { DeadLetters } from "./dead-letters.tsx";
import { RateChart } from "./rate-chart.tsx";

/** How the log flows into the store. */
export function IngestPage({ watched }: { readonly watched: Watched }) {
  const { ingest, rates } = watched;
  return (
    <div class="sheet">
      <h1>Ingest</h1>
      <p class="lead">Plays and skips on their way from the log into every listener's state.</p>
      {ingest === undefined && <Waiting words="Waiting for the first look…" />}
      {ingest !== undefined && ingest.trouble !== "" && (
        <Trouble words={`The log does not answer: ${ingest.trouble}`} />
      )}
      {ingest !== undefined && <Figures ingest={ingest} perSecond={rates.at(-1)?.perSecond ?? 0} />}
      <section aria-label="Events per second">
        <h2>Events a second</h2>
        <RateChart rates={rates} />
      </section>
      {ingest !== undefined && ingest.partitions.length > 0 && (
        <section aria-label="Partitions">
          <h2>Partitions</h2>
          <Partitions partitions={ingest.partitions} />
        </section>
      )}
      {ingest !== undefined && <DeadLetters total={Number(ingest.deadLetters)} />}
    </div>
  );
}

function Figures({
  ingest,
  perSecond,
}: {
  readonly ingest: IngestStatus;
  readonly perSecond: number;
}) {
  const { partitions } = ingest;
  const lag = partitions.reduce((sum, partition) => sum + Number(partition.lag), 0);
  const applied = partitions.reduce((sum, partition) => sum + Number(partition.applied), 0);
  const ages = partitions.flatMap(({ ageMs }) => (ageMs === undefined ? [] : [Number(ageMs)]));
  return (
    <dl class="figures">
      <div>
        <dt>events a second</dt>
        <dd>{figure(perSecond)}</dd>
      </div>
      <div class={lag > 100 ? "warns" : ""}>
        <dt>waiting</dt>
        <dd>{count(lag)}</dd>
      </div>
      <div>
        <dt>newest event</dt>
        <dd>{ages.length === 0 ? "–" : `${duration(Math.min(...ages))} ago`}</dd>
      </div>
      <div>
        <dt>applied in all</dt>
        <dd>{count(applied)}</dd>
      </div>
      <div class={Number(ingest.deadLetters) > 0 ? "warns" : ""}>
        <dt>dead letters</dt>
        <dd>{count(ingest.deadLetters)}</dd>
      </div>
    </dl>
  );
}

function Partitions({ partitions }: { readonly partitions: readonly PartitionStatus[] }) {
  if (partitions.every(({ next }) => Number(next) === 0)) {
    return (
      <Empty title="The log is empty">
        <p>Publish an event, or play something on the Live page.</p>
      </Empty>
    );
  }
  return (
    <div class="scrolls">
      <table>
        <thead>
          <tr>
            <th scope="col">Partition</th>
            <th scope="col">Events a second</th>
            <th scope="col">Waiting</th>
            <th scope="col">Newest event</th>
            <th scope="col">Applied up to</th>
            <th scope="col">Log holds</th>
          </tr>
        </thead>
        <tbody>
          {partitions.map((one) => (
            <tr key={one.partition}>
              <th scope="row">{one.partition}</th>
              <td>{figure(one.appliedPerSecond)}</td>
              <td class={Number(one.lag) > 100 ? "warns" : ""}>{count(one.lag)}</td>
              <td>{one.ageMs === undefined ? "–" : `${duration(Number(one.ageMs))} ago`}</td>
              <td>{count(one.applied)}</td>
              <td>
                {count(one.first)} – {count(one.next)}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
