import { createHash } from 'node:crypto'
import { storeInFolder } from '../../gateways/files/folder.ts'
import type { keepFile } from '../../store/documents.ts'
import type { Context } from '../context.ts'

/** A file as it is noted with its document. */
export type KeptFile = Pick<Parameters<typeof keepFile>[2], 'sha256' | 'byteSize' | 'bytes'>

/**
 * Stores the bytes of a document in the folder of files, if there is one, and says what is noted of them. This is done
 * before the document is ready, so that no document is without its file.
 */
export async function keepBytes(
  context: Pick<Context, 'settings'>,
  organizationId: string,
  bytes: Uint8Array,
): Promise<KeptFile> {
  const { folder } = context.settings.documents
  const sha256 = createHash('sha256').update(bytes).digest()
  if (folder !== null) {
    await storeInFolder(folder, { organizationId, sha256: sha256.toString('hex') }, bytes)
  }
  return { sha256, byteSize: bytes.length, bytes: folder === null ? bytes : null }
}
