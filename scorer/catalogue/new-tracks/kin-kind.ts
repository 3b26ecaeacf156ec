/** What tracks can have in common, from what says least of a track to what says most. */
export const KIN_KINDS = ["genres", "album", "artist", "recording"] as const;
export type KinKind = (typeof KIN_KINDS)[number];
