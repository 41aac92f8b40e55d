/** What the head of a picture's file says, without anything being decoded. */
export type Picture = {
  readonly kind: 'png' | 'jpeg'
  readonly width: number
  readonly height: number
  /** Colours of print, which need a profile of their own. */
  readonly isCmyk: boolean
}

const SIDE_MAX = 4000
const PIXELS_MAX = 8_000_000
const PNG_MARK = 0x89504e47
/** `IHDR`. */
const PNG_HEAD = 0x49484452
const JPEG_MARK = 0xffd8
/** Markers between those of frames that begin something else. */
const NO_FRAMES = [0xc4, 0xc8, 0xcc]

/** The picture in a file; undefined for bytes that are neither a PNG nor a JPEG. */
export function readPicture(bytes: Uint8Array): Picture | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return readPng(view) ?? readJpeg(view)
}

/** Whether a picture is small enough to be decoded, and not empty. */
export function isSensible({ width, height }: Pick<Picture, 'width' | 'height'>): boolean {
  return width > 0 && height > 0 && Math.max(width, height) <= SIDE_MAX && width * height <= PIXELS_MAX
}

function readPng(view: DataView): Picture | undefined {
  const isPng = view.byteLength > 33 && view.getUint32(0) === PNG_MARK && view.getUint32(12) === PNG_HEAD
  if (!isPng) return undefined
  return { kind: 'png', width: view.getUint32(16), height: view.getUint32(20), isCmyk: false }
}

function readJpeg(view: DataView): Picture | undefined {
  if (view.byteLength < 4 || view.getUint16(0) !== JPEG_MARK) return undefined
  for (let at = 2; at + 9 < view.byteLength && view.getUint8(at) === 0xff; ) {
    const marker = view.getUint8(at + 1)
    if (marker >= 0xc0 && marker <= 0xcf && !NO_FRAMES.includes(marker)) {
      const colours = view.getUint8(at + 9)
      const isCmyk = colours !== 1 && colours !== 3
      return { kind: 'jpeg', width: view.getUint16(at + 7), height: view.getUint16(at + 5), isCmyk }
    }
    at += 2 + view.getUint16(at + 2)
  }
  return undefined
}
