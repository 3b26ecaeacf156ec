import { promisify } from "node:util";
import { zstdCompress, zstdDecompress } from "node:zlib";
import kafkajs from "kafkajs";
import snappy from "kafkajs-snappy";
import { compressFrame, decompressFrame } from "lz4-napi";

/** Teaches kafkajs the codecs that it lacks, so that batches of any producer can be read; gzip it
 *  knows. Calling it again changes nothing. */
export function registerCodecs(): void {
  const { CompressionCodecs, CompressionTypes } = kafkajs;
  CompressionCodecs[CompressionTypes.Snappy] = snappy;
  CompressionCodecs[CompressionTypes.LZ4] = () => LZ4;
  CompressionCodecs[CompressionTypes.ZSTD] = () => ZSTD;
}

/** As kafkajs calls it: `compress` is given its encoder, `decompress` the bytes. */
interface Codec {
  compress(encoder: { readonly buffer: Buffer }): Promise<Buffer>;
  decompress(bytes: Buffer): Promise<Buffer>;
}

const LZ4: Codec = {
  compress: (encoder) => compressFrame(encoder.buffer),
  decompress: (bytes) => decompressFrame(bytes),
};

const compressZstd = promisify(zstdCompress);
const decompressZstd = promisify(zstdDecompress);

const ZSTD: Codec = {
  compress: (encoder) => compressZstd(encoder.buffer),
  decompress: (bytes) => decompressZstd(bytes),
};
