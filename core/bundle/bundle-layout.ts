import { createHash } from "node:crypto";
import { Failure } from "../domain/failure.ts";
import type { ModelName } from "../domain/ids.ts";
import type { BundleContent, ModelContent, Sources, TrackClusters, TrackCodes } from "./bundle.ts";
import { bundleId } from "./canonical-json.ts";
import { encodeGolden, type Golden } from "./golden.ts";
import { HIDDEN_BITS_DEFAULT } from "./hidden-bits.ts";
import { toInt8Rows } from "./int8-rows.ts";
import {
  BUNDLE_FORMAT,
  type ClustersManifest,
  CODE_VALUES,
  type CodesManifest,
  type Manifest,
  type ModelManifest,
  type SourcesManifest,
} from "./manifest.ts";
import { usedFiles } from "./parse-manifest.ts";

/** A bundle as it goes to disk. */
export interface BundleLayout {
  readonly manifest: Manifest;
  /** By name; the manifest's own file is not among them. */
  readonly files: ReadonlyMap<string, Uint8Array>;
}

/** Names, hashes and lists every file of a bundle. A name holds the beginning of the content's
 *  SHA-256, so that a file never changes under a manifest that names it; equal contents are one
 *  file. The same content gives the same layout and id. */
export function layOutBundle(
  content: BundleContent,
  golden: Readonly<Partial<Record<ModelName, Golden>>>,
): BundleLayout {
  const files = new ContentFiles();
  const tracks = {
    count: content.trackIds.length,
    ids: files.add("track-ids", "txt", encodeTrackIds(content.trackIds)),
    popularity: files.add("popularity", "f32", bytesOf(content.popularity)),
  };
  const models: Partial<Record<ModelName, ModelManifest>> = {};
  for (const [name, model] of Object.entries(content.models) as [ModelName, ModelContent][]) {
    models[name] = layOutModel(files, name, model, golden[name]);
  }
  const sources = layOutSources(files, content.sources ?? {});
  const rest = {
    format: BUNDLE_FORMAT,
    tracks,
    models,
    ...(Object.keys(sources).length > 0 && { sources }),
    blend: content.blend,
    ...(content.clusters && { clusters: layOutClusters(files, content.clusters) }),
    ...(content.skipChance && { skip_chance: content.skipChance }),
    idle_timeout_ms: content.idleTimeoutMs,
    training: content.training,
    files: files.entries(),
  } as const;
  return { manifest: { id: bundleId(rest), ...rest }, files: files.contents };
}

/** No line end: a manifest that lost even its last byte is no JSON. */
export function encodeManifest(manifest: Manifest): Uint8Array {
  return Buffer.from(JSON.stringify(manifest, null, 2));
}

/** The names that `layOutBundle` gives. */
export const CONTENT_FILE_NAME = /^[a-z][a-z.-]*\.[0-9a-f]{16}\.(?:txt|f32|i8|u32|onnx|json)$/;

/** A bundle's manifest with clusters in place of those that it may have, and their files. */
export function layOutWithClusters(before: Manifest, clusters: TrackClusters): BundleLayout {
  const files = new ContentFiles();
  const { id: _id, clusters: _clusters, files: listed, ...kept } = before;
  const rest = { ...kept, clusters: layOutClusters(files, clusters) };
  const entries = { ...listed, ...files.entries() };
  const used = new Set(Array.from(usedFiles(rest), ([, name]) => name));
  const names = Object.keys(entries).filter((name) => used.has(name));
  const whole = { ...rest, files: Object.fromEntries(names.map((name) => [name, entries[name]!])) };
  return { manifest: { id: bundleId(whole), ...whole }, files: files.contents };
}

class ContentFiles {
  readonly contents = new Map<string, Uint8Array>();
  readonly #namesByHash = new Map<string, string>();

  add(role: string, extension: string, bytes: Uint8Array): string {
    const hash = createHash("sha256").update(bytes).digest("hex");
    const known = this.#namesByHash.get(hash);
    if (known !== undefined) return known;
    const name = `${role}.${hash.slice(0, 16)}.${extension}`;
    this.#namesByHash.set(hash, name);
    this.contents.set(name, bytes);
    return name;
  }

  entries(): Manifest["files"] {
    return Object.fromEntries(
      Array.from(this.#namesByHash, ([sha256, name]) => {
        return [name, { bytes: this.contents.get(name)!.length, sha256 }];
      }),
    );
  }
}

function layOutModel(
  files: ContentFiles,
  name: ModelName,
  model: ModelContent,
  golden: Golden | undefined,
): ModelManifest {
  if (golden === undefined) throw new Failure("bug", `no golden rows were made for "${name}"`);
  const { outputBias, hiddenBits = HIDDEN_BITS_DEFAULT } = model;
  const input = layOutVectors(files, `${name}.input`, model, model.inputVectors);
  const output = layOutVectors(files, `${name}.output`, model, model.outputVectors);
  return {
    hidden: model.hidden,
    ...(hiddenBits !== HIDDEN_BITS_DEFAULT && { hidden_bits: hiddenBits }),
    dimension: model.dimension,
    features: model.features,
    step: files.add(`${name}.step`, "onnx", model.step),
    taste: files.add(`${name}.taste`, "onnx", model.taste),
    ...(model.skip && { skip: files.add(`${name}.skip`, "onnx", model.skip) }),
    input_vectors: input.vectors,
    output_vectors: output.vectors,
    output_bias: outputBias && files.add(`${name}.output-bias`, "f32", bytesOf(outputBias)),
    ...(input.scales && { input_scales: input.scales }),
    ...(output.scales && { output_scales: output.scales }),
    golden: files.add(`${name}.golden`, "json", Buffer.from(encodeGolden(golden))),
  };
}

function layOutVectors(
  files: ContentFiles,
  role: string,
  { dimension, storedVectors }: ModelContent,
  vectors: Float32Array,
): { readonly vectors: string; readonly scales?: string } {
  if (storedVectors !== "int8") {
    return { vectors: files.add(`${role}-vectors`, "f32", bytesOf(vectors)) };
  }
  const { steps, scales } = toInt8Rows(vectors, dimension);
  return {
    vectors: files.add(`${role}-vectors`, "i8", bytesOf(steps)),
    scales: files.add(`${role}-scales`, "f32", bytesOf(scales)),
  };
}

function layOutSources(
  files: ContentFiles,
  { neighbours, coplay, runs }: Sources,
): SourcesManifest {
  const integers = (role: string, values: Uint32Array) => files.add(role, "u32", bytesOf(values));
  return {
    ...(neighbours && {
      neighbours: {
        sessions: neighbours.sessionStarts.length - 1,
        plays: neighbours.sessionTracks.length,
        neighbours_max: neighbours.neighbours_max,
        sessions_per_track_max: neighbours.sessions_per_track_max,
        recency_sessions: neighbours.recency_sessions,
        sharpness: neighbours.sharpness,
        session_starts: integers("neighbours.session-starts", neighbours.sessionStarts),
        session_tracks: integers("neighbours.session-tracks", neighbours.sessionTracks),
      },
    }),
    ...(coplay && {
      coplay: {
        pairs: coplay.successors.length,
        tracks_max: coplay.tracks_max,
        decay: coplay.decay,
        sharpness: coplay.sharpness,
        starts: integers("coplay.starts", coplay.starts),
        successors: integers("coplay.successors", coplay.successors),
        shares: files.add("coplay.shares", "f32", bytesOf(coplay.shares)),
      },
    }),
    ...(runs && {
      runs: {
        plays: runs.played.length,
        followed: runs.places.length,
        tracks_max: runs.tracks_max,
        weight: runs.weight,
        played: integers("runs.played", runs.played),
        places: integers("runs.places", runs.places),
      },
    }),
  };
}

function layOutClusters(
  files: ContentFiles,
  { tracks, starts, codes, ...figures }: TrackClusters,
): ClustersManifest {
  return {
    ...figures,
    count: starts.length - 1,
    tracks: files.add("clusters.tracks", "u32", bytesOf(tracks)),
    starts: files.add("clusters.starts", "u32", bytesOf(starts)),
    ...(codes && { codes: layOutCodes(files, codes) }),
  };
}

function layOutCodes(
  files: ContentFiles,
  { margin, axes, widths, books, codes, parts }: TrackCodes,
): CodesManifest {
  return {
    subspaces: widths.length,
    coordinates: books.length / CODE_VALUES,
    margin,
    axes: files.add("codes.axes", "f32", bytesOf(axes)),
    widths: files.add("codes.widths", "u32", bytesOf(widths)),
    books: files.add("codes.books", "f32", bytesOf(books)),
    codes: files.add("codes", "u32", bytesOf(codes)),
    ...(parts && {
      part_count: parts.length - 1,
      parts: files.add("codes.parts", "u32", bytesOf(parts)),
    }),
  };
}

function encodeTrackIds(trackIds: readonly string[]): Uint8Array {
  for (const [index, id] of trackIds.entries()) {
    if (id.includes("\n") || !id.isWellFormed()) {
      const message = `the id of track ${index} holds a line end or half a surrogate pair`;
      throw new Failure("bad_bundle", message, { field: "tracks.ids" });
    }
  }
  return Buffer.from(trackIds.map((id) => `${id}\n`).join(""));
}

function bytesOf(numbers: Float32Array | Uint32Array | Int8Array): Uint8Array {
  return new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength);
}
