import { useEffect, useState } from "preact/hooks";
import type { IngestStatus, LogPosition, News, ServingStatus } from "./messages.ts";
import { stream } from "./stream.ts";

/** How Segue is, and has been while the page was open. */
export interface Watched {
  /** Undefined until something was heard. */
  readonly ingest: IngestStatus | undefined;
  readonly serving: ServingStatus | undefined;
  /** What the followed listener heard last. */
  readonly heard: LogPosition | undefined;
  /** Records applied in each second, the oldest first. */
  readonly rates: readonly Rate[];
  readonly isConnected: boolean;
}

export interface Rate {
  readonly atMs: number;
  readonly perSecond: number;
  readonly lag: number;
}

const RATES_MAX = 120;
const RETRY_MS = 1_000;
const RETRY_MAX_MS = 15_000;

const NOTHING: Watched = {
  ingest: undefined,
  serving: undefined,
  heard: undefined,
  rates: [],
  isConnected: false,
};

/** Keeps one stream open, again and again where it breaks. */
export function useWatch(listener: string | undefined): Watched {
  const [watched, setWatched] = useState(NOTHING);
  useEffect(() => {
    const stop = new AbortController();
    const told = (news: News) => setWatched((before) => afterNews(before, news));
    const lost = () => setWatched((before) => ({ ...before, isConnected: false }));
    void keepWatching(listener ?? "", { told, lost, signal: stop.signal });
    return () => stop.abort();
  }, [listener]);
  return watched;
}

interface Watcher {
  told(news: News): void;
  lost(): void;
  readonly signal: AbortSignal;
}

async function keepWatching(listener: string, { told, lost, signal }: Watcher): Promise<void> {
  let pauseMs = RETRY_MS;
  while (!signal.aborted) {
    try {
      for await (const news of stream<News>("Console/Watch", { listener }, signal)) {
        if (signal.aborted) return;
        told(news);
        pauseMs = RETRY_MS;
      }
    } catch (error) {
      if (!signal.aborted) console.warn(`the live stream broke: ${error}`);
    }
    if (signal.aborted) return;
    lost();
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
    pauseMs = Math.min(RETRY_MAX_MS, pauseMs * 2);
  }
}

function afterNews(before: Watched, { atMs, ingest, serving, heard }: News): Watched {
  const rate = ingest && {
    atMs: Number(atMs),
    perSecond: ingest.partitions.reduce((sum, { appliedPerSecond }) => sum + appliedPerSecond, 0),
    lag: ingest.partitions.reduce((sum, { lag }) => sum + Number(lag), 0),
  };
  return {
    ingest: ingest ?? before.ingest,
    serving: serving ?? before.serving,
    heard,
    rates: rate === undefined ? before.rates : [...before.rates, rate].slice(-RATES_MAX),
    isConnected: true,
  };
}
