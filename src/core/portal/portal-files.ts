import { isSensible, readPicture } from '../documents/picture.ts'
import type { Fields } from '../input/fields.ts'

/** What an organization gives its portal as files: its typeface, the sign of its tab, and the logo for the dark. */
export const PORTAL_FILE_KINDS = ['font', 'favicon', 'logo_dark'] as const
export type PortalFileKind = (typeof PORTAL_FILE_KINDS)[number]

/** A file that was sent; null takes the one of its kind back. */
export type SentFile = { readonly contentType: string; readonly base64: string } | null
/** The files that change; what is not there stays as it is. */
export type SentFiles = Readonly<Partial<Record<PortalFileKind, SentFile>>>

const BYTES_MAX: Readonly<Record<PortalFileKind, number>> = {
  font: 500_000,
  favicon: 100_000,
  logo_dark: 800_000,
}
const DATA_URL = /^data:([a-z]+\/[a-z0-9.+-]+);base64,([A-Za-z0-9+/]+={0,2})$/
const FAVICON_SIDE_MAX = 512
/** `wOF2`. */
const WOFF2_MARK = 0x774f4632
/** The head of a WOFF2 file, and where it has the length of the file and the number of its tables. */
const WOFF2_HEAD = { bytes: 48, lengthAt: 8, tablesAt: 12 } as const

/** Reads the files of a look: data URLs whose bytes are what they say, and not too many. */
export function readPortalFiles(fields: Fields): SentFiles {
  const found: Partial<Record<PortalFileKind, SentFile>> = {}
  for (const kind of PORTAL_FILE_KINDS) {
    const file = readFile(fields, kind)
    if (file !== undefined) found[kind] = file
  }
  return found
}

function readFile(fields: Fields, kind: PortalFileKind): SentFile | undefined {
  const max = BYTES_MAX[kind]
  const text = fields.text(kind, 2 * max)
  if (text === undefined) return undefined
  if (text === null || text.trim() === '') return null
  const [, contentType = '', base64 = ''] = DATA_URL.exec(text.trim()) ?? []
  if (base64 === '' || base64.length % 4 !== 0) return fields.refuse(kind, 'invalid_content_type')
  if ((base64.length * 3) / 4 - 2 > max) return fields.refuse(kind, 'invalid_size')
  const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0))
  if (bytes.length > max) return fields.refuse(kind, 'invalid_size')
  const problem = kind === 'font' ? fontProblem(contentType, bytes) : pictureProblem(kind, contentType, bytes)
  return problem === null ? { contentType, base64 } : fields.refuse(kind, problem)
}

type Problem = 'invalid_content_type' | 'invalid_size' | null

function fontProblem(contentType: string, bytes: Uint8Array): Problem {
  return contentType === 'font/woff2' && isWoff2(bytes) ? null : 'invalid_content_type'
}

/** Whether bytes are a whole WOFF2 file by what its head says. */
export function isWoff2(bytes: Uint8Array): boolean {
  if (bytes.length <= WOFF2_HEAD.bytes) return false
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return (
    view.getUint32(0) === WOFF2_MARK &&
    view.getUint32(WOFF2_HEAD.lengthAt) === bytes.length &&
    view.getUint16(WOFF2_HEAD.tablesAt) > 0
  )
}

function pictureProblem(kind: PortalFileKind, contentType: string, bytes: Uint8Array): Problem {
  const picture = readPicture(bytes)
  const kinds = kind === 'favicon' ? ['image/png'] : ['image/png', 'image/jpeg']
  const isAsSaid = picture && contentType === `image/${picture.kind}` && kinds.includes(contentType)
  if (!isAsSaid) return 'invalid_content_type'
  if (!isSensible(picture)) return 'invalid_size'
  const isSmall = picture.width === picture.height && picture.width <= FAVICON_SIDE_MAX
  return kind !== 'favicon' || isSmall ? null : 'invalid_size'
}
