import { removeFromFolder } from '../../gateways/files/folder.ts'
import { deleteOldDocuments } from '../../store/document-files.ts'
import type { Context } from '../context.ts'

const BATCH = 1000

/** Deletes documents that need not be kept any longer; returns how many. */
export async function dropOldDocuments(context: Context): Promise<number> {
  const now = context.systemNow()
  const { years, folder } = context.settings.documents
  let dropped = 0
  for (;;) {
    const { count, freed } = await deleteOldDocuments(context.database, { now, years, limit: BATCH })
    if (folder !== null) for (const file of freed) await removeFromFolder(folder, file)
    dropped += count
    if (count < BATCH) return dropped
  }
}
