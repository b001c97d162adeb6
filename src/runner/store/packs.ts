import { renameSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import {
  type Digest,
  errnoOf,
  explainWriteError,
  isFermentError,
  makeFolder,
  writeFileAtomic,
} from '../../kit/index.ts';
import { sha256 } from '../hash/read.ts';
import { unreadable } from '../hash/unreadable.ts';
import { loadPack, Pack, scanRecords } from './pack-file.ts';
import { listPacks, timeOf } from './pack-folder.ts';
import { copyRecords, recordsOf } from './pack-records.ts';
import { type PackedObject, PackTable } from './pack-table.ts';
import { PackWriter, packPath } from './pack-writer.ts';

/** Told of a pack that could not be read as one: what was good in it is in another pack now, the rest is missing. */
export type OnDamagedPack = (quarantined: string, saved: number) => void;

/** The packs in `<state>/objects/pack`. They are read when the first question comes. */
export class Packs {
  readonly folder: string;
  readonly #quarantine: string;
  readonly #onDamaged: OnDamagedPack;
  #packs = new Map<string, Pack>();
  #table: PackTable | undefined;
  #folderTime: bigint | undefined;

  constructor(folder: string, quarantine: string, onDamaged: OnDamagedPack) {
    this.folder = folder;
    this.#quarantine = quarantine;
    this.#onDamaged = onDamaged;
  }

  /** Where an object is, as far as this process knows. */
  find(digest: Digest): PackedObject | undefined {
    return this.#loaded().find(digest);
  }

  /** The size of an object, as far as this process knows. */
  sizeOf(digest: Digest): number | undefined {
    return this.#loaded().sizeOf(digest);
  }

  /** False while nothing was asked: reading the indexes costs a little for each object in them. */
  get isLoaded(): boolean {
    return this.#table !== undefined;
  }

  /** Looks whether packs came or went since, and returns true when so. */
  refresh(): boolean {
    if (this.#table !== undefined && timeOf(this.folder) === this.#folderTime) return false;
    this.#table = undefined;
    return true;
  }

  /** Reads the folder again at the next question. */
  forget(): void {
    this.#table = undefined;
  }

  /** All packs as they are now. */
  all(): readonly Pack[] {
    this.refresh();
    this.#loaded();
    return [...this.#packs.values()];
  }

  /**
   * Copies the good records that are wanted into a new pack. Returns its path, which is the old one when all were
   * wanted, or undefined when none was. Throws NO_SPACE, STORE_UNWRITABLE, UNREADABLE; then nothing has changed.
   */
  repack(path: string, isWanted: (digest: Digest) => boolean): string | undefined {
    const pack = this.all().find((each) => each.path === path);
    if (pack === undefined) return undefined;
    return this.#copy(pack, (digest, bytes) => isWanted(digest) && sha256(bytes) === digest);
  }

  /**
   * Takes the damaged objects out of a pack, into the quarantine; returns their digests. Killed in between, it leaves
   * the old pack beside the new one, which is no harm. Throws NO_SPACE, STORE_UNWRITABLE, UNREADABLE.
   */
  purge(pack: Pack): readonly Digest[] {
    const damaged: Digest[] = [];
    const path = this.#copy(pack, (digest, bytes) => {
      if (sha256(bytes) === digest) return true;
      damaged.push(digest);
      writeFileAtomic(join(this.#quarantine, digest), bytes, { durable: false });
      return false;
    });
    if (path !== pack.path) removeFile(pack.path);
    return damaged;
  }

  #copy(pack: Pack, keep: (digest: Digest, bytes: Buffer) => boolean): string | undefined {
    try {
      const name = copyRecords(pack.path, recordsOf(pack), new PackWriter(this.folder), keep);
      return name === undefined ? undefined : packPath(this.folder, name);
    } catch (error) {
      // Another command has done this to it meanwhile.
      if (errnoOf(error) === 'ENOENT') return undefined;
      throw unreadable(error, pack.path);
    } finally {
      this.#table = undefined;
    }
  }

  #loaded(): PackTable {
    if (this.#table !== undefined) return this.#table;
    this.#folderTime = timeOf(this.folder);
    const packs = new Map<string, Pack>();
    for (const file of listPacks(this.folder)) {
      const pack = this.#packs.get(file) ?? this.#load(join(this.folder, file));
      if (pack !== undefined) packs.set(`${pack.name}.pack`, pack);
    }
    this.#packs = packs;
    this.#table = new PackTable([...packs.values()]);
    return this.#table;
  }

  #load(path: string): Pack | undefined {
    const pack = loadPack(path);
    if (pack instanceof Pack) return pack;
    return pack === 'damaged' ? this.#salvage(path) : undefined;
  }

  /** Saves what is good in a pack without a good index. Where that cannot be done, its objects are misses. */
  #salvage(path: string): Pack | undefined {
    const file = basename(path);
    try {
      const keep = (digest: Digest, bytes: Buffer): boolean => sha256(bytes) === digest;
      const name = copyRecords(path, scanRecords(path), new PackWriter(this.folder), keep);
      const target = join(this.#quarantine, file);
      // When all of its records are good, the new pack has the old one's name, and its place.
      if (name !== undefined && `${name}.pack` === file) return goodPack(path);
      makeFolder(this.#quarantine);
      renameSync(path, target);
      const saved = name === undefined ? undefined : goodPack(packPath(this.folder, name));
      this.#onDamaged(target, saved?.count ?? 0);
      return saved;
    } catch (error) {
      if (isFermentError(error) || errnoOf(error) !== undefined) return undefined;
      throw error;
    }
  }
}

function removeFile(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch (error) {
    throw explainWriteError(error, path);
  }
}

function goodPack(path: string): Pack | undefined {
  const pack = loadPack(path);
  return pack instanceof Pack ? pack : undefined;
}
