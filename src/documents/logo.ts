import { inflateSync } from 'node:zlib'

const SIDE_MAX = 4000
const PIXELS_MAX = 8_000_000

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
  const png = sizeOfPng(bytes)
  const size = png ?? sizeOfJpeg(bytes)
  if (!size || !isSensible(size) || (png && !isWholePng(bytes, png))) return undefined
  const scale = Math.min(1, box.width / size.width, box.height / size.height)
  return { bytes, width: size.width * scale, height: size.height * scale }
}

type Size = { readonly width: number; readonly height: number }

function isSensible({ width, height }: Size): boolean {
  return width > 0 && height > 0 && Math.max(width, height) <= SIDE_MAX && width * height <= PIXELS_MAX
}

function sizeOfPng(bytes: Buffer): Size | undefined {
  const isPng =
    bytes.length > 33 && bytes.readUInt32BE(0) === 0x89504e47 && bytes.toString('latin1', 12, 16) === 'IHDR'
  return isPng ? { width: bytes.readUInt32BE(16), height: bytes.readUInt32BE(20) } : undefined
}

/** Of a JPEG with one or three colours: a file of four would need a profile of its own. */
function sizeOfJpeg(bytes: Buffer): Size | undefined {
  if (bytes.length < 4 || bytes.readUInt16BE(0) !== 0xffd8) return undefined
  let at = 2
  while (at + 9 < bytes.length && bytes[at] === 0xff) {
    const marker = bytes[at + 1] ?? 0
    const isFrame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker)
    if (isFrame) {
      const colours = bytes[at + 9]
      if (colours !== 1 && colours !== 3) return undefined
      return { width: bytes.readUInt16BE(at + 7), height: bytes.readUInt16BE(at + 5) }
    }
    at += 2 + bytes.readUInt16BE(at + 2)
  }
  return undefined
}

/** At most eight bytes for a point, and one for the filter of each row. */
const BYTES_OF_POINT = 8

/** Whether the points of a PNG can be unpacked; pdfkit would write broken ones into the file as they are. */
function isWholePng(bytes: Buffer, { width, height }: Size): boolean {
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
