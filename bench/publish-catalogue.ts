import { openLog } from "../cli/open-log.ts";
import { CATALOGUE_TOPIC, type NewRecord } from "../core/log/event-log.ts";
import { CatalogueEvent } from "../proto/gen/segue/v1/catalogue.ts";

const AT_ONCE = 10_000;

/** Publishes to a log folder what there is to say of each of so many tracks, in their order. */
export async function publishCatalogue(
  folder: string,
  tracks: number,
  eventOf: (track: number) => CatalogueEvent,
): Promise<void> {
  const log = await openLog({ folder }, CATALOGUE_TOPIC);
  for (let from = 0; from < tracks; from += AT_ONCE) {
    const length = Math.min(AT_ONCE, tracks - from);
    await log.append(Array.from({ length }, (_, at) => catalogueRecord(eventOf(from + at))));
  }
  await log.close();
}

export function catalogueRecord(event: CatalogueEvent): NewRecord {
  return { key: event.track, value: CatalogueEvent.encode(event).finish() };
}
