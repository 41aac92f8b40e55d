import { createHmac, timingSafeEqual } from 'node:crypto'
import type { Instant } from '../../core/calendar/instant.ts'
import type { DocumentFile } from '../../store/documents.ts'
import type { OrganizationRow } from '../../store/organizations.ts'

const VERSION = 'v1.'
const HOUR_SECONDS = 3600
const ID_BYTES = 16
const SIGNATURE_BYTES = 16
const PAYLOAD_BYTES = 2 * ID_BYTES + 4

/** The owner of a link's secret. */
type Owner = Pick<OrganizationRow, 'id' | 'hmacKey' | 'fileLinkEpoch'>

/** What a link says about itself; nothing of it is proven before its signature is checked. */
export type FileLink = {
  readonly organizationId: string
  readonly documentId: string
  readonly expiresAt: number
  readonly isSignedBy: (owner: Owner) => boolean
}

/**
 * The address of a document's file, which anybody who has it can open until it expires. It is signed with a key of
 * the organization, of which revoking all links makes another, and the expiry is rounded up to the full hour, so that
 * the same link is given all hour long.
 */
export function fileUrl(
  apiUrl: string,
  owner: Owner,
  file: DocumentFile,
  { seconds, now }: { readonly seconds: number; readonly now: Instant },
): string {
  const payload = Buffer.alloc(PAYLOAD_BYTES)
  bytesOf(owner.id).copy(payload, 0)
  bytesOf(file.id).copy(payload, ID_BYTES)
  const expiry = Math.ceil((now / 1000 + seconds) / HOUR_SECONDS) * HOUR_SECONDS
  payload.writeUInt32BE(expiry, 2 * ID_BYTES)
  const token = `${VERSION}${payload.toString('base64url')}.${signatureOf(owner, payload).toString('base64url')}`
  return `${apiUrl.replace(/\/+$/, '')}/files/${token}/${plainFileName(file.fileName)}`
}

/** A token taken apart; undefined for a text that is none. */
export function readFileLink(token: string): FileLink | undefined {
  const [, body = '', seal = ''] = /^v1\.([\w-]+)\.([\w-]+)$/.exec(token) ?? []
  const payload = Buffer.from(body, 'base64url')
  const signature = Buffer.from(seal, 'base64url')
  if (payload.length !== PAYLOAD_BYTES || signature.length !== SIGNATURE_BYTES) return undefined
  // Other spellings of the same bytes are no links of ours.
  if (payload.toString('base64url') !== body || signature.toString('base64url') !== seal) return undefined
  return {
    organizationId: idOf(payload.subarray(0, ID_BYTES)),
    documentId: idOf(payload.subarray(ID_BYTES, 2 * ID_BYTES)),
    expiresAt: payload.readUInt32BE(2 * ID_BYTES) * 1000,
    isSignedBy: (owner) => timingSafeEqual(signature, signatureOf(owner, payload)),
  }
}

/** A name that every system takes. */
export function plainFileName(name: string): string {
  return name.replace(/[^A-Za-z0-9._-]/g, '_')
}

function signatureOf({ hmacKey, fileLinkEpoch }: Owner, payload: Buffer): Buffer {
  // A key of its own, so that no signature of a webhook is ever one of a link, nor one from before all were revoked.
  const key = createHmac('sha256', hmacKey).update(`file-links ${fileLinkEpoch}`).digest()
  return createHmac('sha256', key).update(payload).digest().subarray(0, SIGNATURE_BYTES)
}

function bytesOf(id: string): Buffer {
  return Buffer.from(id.replace(/-/g, ''), 'hex')
}

function idOf(bytes: Buffer): string {
  const hex = bytes.toString('hex')
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-')
}
