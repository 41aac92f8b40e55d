import { readFromFolder } from '../../gateways/files/folder.ts'
import { bytesOfBlobs, newestStoredFiles } from '../../store/document-files.ts'
import type { Context } from '../context.ts'

/** A file that cannot be opened, and why. */
export type LostFile = {
  readonly organizationId: string
  readonly fileName: string
  readonly reason: 'missing' | 'damaged' | 'no folder is configured'
}

/** What `weir doctor` says of the files of documents. */
export type FileCheck = {
  readonly compared: number
  readonly lost: readonly LostFile[]
  /** What files take in the database. */
  readonly databaseBytes: number
}

/**
 * Holds the newest files of documents against their hashes, in the database or in the folder that
 * `WEIR_DOCUMENT_STORE` names. Files from before the folder was named stay in the database.
 */
export async function checkFiles(context: Context, filesMax: number): Promise<FileCheck> {
  const { database, settings } = context
  const files = await newestStoredFiles(database, filesMax)
  const lost: LostFile[] = []
  for (const { organizationId, fileName, sha256, isInDatabase, isWhole } of files) {
    const reason = isInDatabase
      ? isWhole
        ? null
        : 'damaged'
      : await reasonOf(settings.documents.folder, organizationId, sha256)
    if (reason !== null) lost.push({ organizationId, fileName, reason })
  }
  return { compared: files.length, lost, databaseBytes: await bytesOfBlobs(database) }
}

async function reasonOf(
  folder: string | null,
  organizationId: string,
  sha256: string,
): Promise<LostFile['reason'] | null> {
  if (folder === null) return 'no folder is configured'
  try {
    return (await readFromFolder(folder, { organizationId, sha256 })) ? null : 'missing'
  } catch (error) {
    // The only error of its own says that the bytes are not what their hash says.
    if ((error as NodeJS.ErrnoException).code === undefined) return 'damaged'
    throw error
  }
}
