import { gone, notFound } from '../../core/refusal.ts'
import { readFromFolder } from '../../gateways/files/folder.ts'
import { readFile } from '../../store/document-files.ts'
import { findOrganization } from '../../store/organizations.ts'
import type { Context } from '../context.ts'
import { readFileLink } from './file-links.ts'

/** An opened file, and until when its link opens it, in milliseconds since the epoch. */
export type OpenedFile = {
  readonly fileName: string
  readonly sha256: Buffer
  readonly bytes: Buffer
  readonly expiresAt: number
}

/** The bytes of a document's file, from the database or from the folder. Throws when they are not there. */
export async function bytesOf(
  { settings }: Context,
  organizationId: string,
  { sha256, bytes }: { readonly sha256: Buffer; readonly bytes: Buffer | null },
): Promise<Buffer> {
  if (bytes !== null) return bytes
  const file = { organizationId, sha256: sha256.toString('hex') }
  const { folder } = settings.documents
  const found = folder === null ? undefined : await readFromFolder(folder, file)
  if (!found) throw new Error(`the file ${file.sha256} of organization ${organizationId} is missing`)
  return found
}

/**
 * The file that a link opens. 404 `file_not_found` for a link that is not ours or whose document is gone; 410
 * `file_link_expired` for one whose time is over.
 */
export async function openFile(context: Context, token: string): Promise<OpenedFile> {
  const link = readFileLink(token)
  if (!link) throw notFound('file')
  const { organizationId, documentId, expiresAt } = link
  const organization = await findOrganization(context.database, organizationId)
  if (!organization || !link.isSignedBy(organization)) throw notFound('file')
  if (context.systemNow() >= expiresAt) throw gone('file_link_expired')
  const file = await context.database.read(organizationId, (reads) => readFile(reads, documentId))
  if (!file) throw notFound('file')
  return { ...file, bytes: await bytesOf(context, organizationId, file), expiresAt }
}
