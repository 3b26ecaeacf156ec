import type { CatalogueTrack } from "../../core/catalogue/catalogue-track.ts";

/** What a catalogue says of a track of which nothing was told. */
export const UNTOLD: Omit<CatalogueTrack, "track"> = {
  title: "",
  artists: [],
  album: { id: "", title: "" },
  genres: [],
  trackMs: 0,
  releaseDate: "",
  markets: [],
  explicit: false,
};
