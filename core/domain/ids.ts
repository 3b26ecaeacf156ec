/** A value of type `T` that cannot be passed where another brand is asked for. */
export type Brand<T, Name extends string> = T & { readonly __brand: Name };

/** Who hears; the key of everything. UTF-8, at most 256 bytes. */
export type ListenerId = Brand<string, "ListenerId">;
/** The player's own session. UTF-8, at most 256 bytes. */
export type SessionId = Brand<string, "SessionId">;
/** A track's catalogue id. UTF-8, at most 256 bytes. */
export type TrackId = Brand<string, "TrackId">;
/** A track's row in a bundle's vectors; means nothing in another bundle. */
export type TrackIndex = Brand<number, "TrackIndex">;
/** 53-bit hash of a track id; means the same in every bundle, and a record stores it. */
export type TrackHash = Brand<number, "TrackHash">;
/** 40-bit hash of an event id; a record's dedupe window stores it. */
export type EventHash = Brand<number, "EventHash">;
export type EventId = Brand<string, "EventId">;
/** Content hash of a bundle: 64 hexadecimal digits (SHA-256). */
export type BundleId = Brand<string, "BundleId">;
/** The first 16 digits of a bundle's id (64 bits): enough to tell one bundle from another. */
export type BundleMark = Brand<string, "BundleMark">;
/** A partition of a log, counted from 0. */
export type Partition = Brand<number, "Partition">;
/** A record's place in its partition, counted from 0. */
export type Offset = Brand<number, "Offset">;

/** The models of a bundle: the short-term one forgets at a session's end, the long-term one does
 *  not. */
export const MODEL_NAMES = ["short", "long"] as const;
export type ModelName = (typeof MODEL_NAMES)[number];

/** The longest id that is taken, in bytes of UTF-8. (LMDB's own keys end at 1,978.) */
export const ID_BYTES_MAX = 256;
