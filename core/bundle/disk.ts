import { mkdir, mkdtemp, open, readdir, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";

/** The few ways in which a publication touches the disk, so that a test can break any of them. */
export interface Disk {
  /** A new empty folder `<folder>/<prefix>…`; makes `folder` where it is missing. */
  makeStaging(folder: string, prefix: string): Promise<string>;
  /** Writes a whole file and waits until it is durable. */
  write(path: string, bytes: Uint8Array): Promise<void>;
  /** Moves a file within one file system, replacing what was there at once. */
  move(from: string, to: string): Promise<void>;
  /** Waits until a folder's names are durable. */
  sync(folder: string): Promise<void>;
  list(folder: string): Promise<string[]>;
  /** Removes a file or a whole folder; one that is missing is fine. */
  remove(path: string): Promise<void>;
}

export const realDisk: Disk = {
  async makeStaging(folder, prefix) {
    await mkdir(folder, { recursive: true });
    await syncFolder(dirname(folder));
    return mkdtemp(join(folder, prefix));
  },
  async write(path, bytes) {
    const file = await open(path, "wx");
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
  },
  move: rename,
  sync: syncFolder,
  list: readdir,
  remove: (path) => rm(path, { recursive: true, force: true }),
};

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
