import { createHash, randomUUID } from 'node:crypto'
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises'
import path from 'node:path'

/** A file in a folder, by the organization that owns it and the SHA-256 of its bytes in hexadecimal digits. */
export type FolderFile = { readonly organizationId: string; readonly sha256: string }

/**
 * Stores bytes under their hash, `<folder>/<organization>/<first two digits>/<sha256>`. The file appears whole or not
 * at all, also when the machine loses its power, and one that is there already is left alone.
 */
export async function storeInFolder(folder: string, file: FolderFile, bytes: Uint8Array): Promise<void> {
  const place = placeOf(folder, file)
  if ((await readWhole(place, file.sha256)) !== undefined) return
  await mkdir(path.dirname(place), { recursive: true })
  const temporary = `${place}.${randomUUID()}`
  try {
    const handle = await open(temporary, 'wx')
    try {
      await handle.writeFile(bytes)
      await handle.sync()
    } finally {
      await handle.close()
    }
    await rename(temporary, place)
  } catch (error) {
    await rm(temporary, { force: true })
    throw error
  }
  // The name of a file is only safe when its folder is written, too.
  const directory = await open(path.dirname(place), 'r')
  await directory.sync().finally(() => directory.close())
}

/** The bytes of a file; undefined when it is not there. Throws when it is not what its hash says. */
export async function readFromFolder(folder: string, file: FolderFile): Promise<Buffer | undefined> {
  const place = placeOf(folder, file)
  const bytes = await readOrNothing(place)
  if (bytes !== undefined && hashOf(bytes) !== file.sha256) throw new Error(`${place} was damaged`)
  return bytes
}

/** Deletes a file that no document needs any more. */
export async function removeFromFolder(folder: string, file: FolderFile): Promise<void> {
  await rm(placeOf(folder, file), { force: true })
}

/** Removes everything that an organization has in the folder. */
export async function removeFolderOf(folder: string, organizationId: string): Promise<void> {
  await rm(path.join(folder, organizationId), { recursive: true, force: true })
}

function placeOf(folder: string, { organizationId, sha256 }: FolderFile): string {
  return path.join(folder, organizationId, sha256.slice(0, 2), sha256)
}

/** The bytes if they are what their hash says; a damaged file is written again. */
async function readWhole(place: string, sha256: string): Promise<Buffer | undefined> {
  const bytes = await readOrNothing(place)
  return bytes !== undefined && hashOf(bytes) === sha256 ? bytes : undefined
}

async function readOrNothing(place: string): Promise<Buffer | undefined> {
  return readFile(place).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw error
  })
}

function hashOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}
