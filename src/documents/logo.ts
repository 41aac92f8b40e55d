import { inflateSync } from 'node:zlib'
import { isSensible, type Picture, readPicture } from '../core/documents/picture.ts'

/** A picture at the size in which it is drawn, in points. */
export type ScaledLogo = { readonly bytes: Uint8Array; readonly width: number; readonly height: number }

/**
 * A logo that fits a box, with its proportions and never enlarged; undefined unless it is a PNG or JPEG of a sensible
 * size. The size is read from the head of the file, so that nothing large is ever decoded.
 */
export function drawableLogo(
  given: Uint8Array,
  box: { readonly width: number; readonly height: number },
): ScaledLogo | undefined {
  const bytes = Buffer.from(given)
  const picture = readPicture(bytes)
  if (!picture || picture.isCmyk || !isSensible(picture)) return undefined
  if (picture.kind === 'png' && !isWholePng(bytes, picture)) return undefined
  const scale = Math.min(1, box.width / picture.width, box.height / picture.height)
  return { bytes, width: picture.width * scale, height: picture.height * scale }
}

/** At most eight bytes for a point, and one for the filter of each row. */
const BYTES_OF_POINT = 8

/** Whether the points of a PNG can be unpacked; pdfkit would write broken ones into the file as they are. */
function isWholePng(bytes: Buffer, { width, height }: Picture): boolean {
  const parts: Buffer[] = []
  for (let at = 8; at + 12 <= bytes.length; ) {
    const length = bytes.readUInt32BE(at)
    if (bytes.toString('latin1', at + 4, at + 8) === 'IDAT')
      parts.push(bytes.subarray(at + 8, at + 8 + length))
    at += 12 + length
  }
  try {
    const most = height * (1 + width * BYTES_OF_POINT) + 1024
    return inflateSync(Buffer.concat(parts), { maxOutputLength: most }).length > height
  } catch {
    // Whatever zlib finds wrong with it, the picture cannot be drawn.
    return false
  }
}
