import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { brotliCompressSync, constants } from 'node:zlib'

const TTF = join(import.meta.dirname, '../../node_modules/@embedpdf/fonts-latin/fonts/NotoSans-Regular.ttf')
const HEAD_BYTES = 48
/** The tag of a table is written out. */
const OWN_TAG = 63
/** Of these tables, what stands for "not transformed" is the highest version; of all others the lowest. */
const TRANSFORMED = ['glyf', 'loca']
const NOT_TRANSFORMED = 3 << 6

let made: Uint8Array | undefined

/** A typeface as a WOFF2 file, made of the one that documents are printed in. */
export function sampleWoff2(): Uint8Array {
  made ??= woff2Of(readFileSync(TTF))
  return made
}

/** A TrueType file as WOFF2, with its tables as they are. */
function woff2Of(ttf: Buffer): Uint8Array {
  const tables = Array.from({ length: ttf.readUInt16BE(4) }, (_, n) => {
    const at = 12 + 16 * n
    const [offset, length] = [ttf.readUInt32BE(at + 8), ttf.readUInt32BE(at + 12)]
    return { tag: ttf.toString('latin1', at, at + 4), bytes: ttf.subarray(offset, offset + length) }
  }).filter(({ tag }) => tag !== 'DSIG')
  const directory = tables.map(({ tag, bytes }) =>
    Buffer.concat([
      Buffer.from([OWN_TAG | (TRANSFORMED.includes(tag) ? NOT_TRANSFORMED : 0)]),
      Buffer.from(tag, 'latin1'),
      base128(bytes.length),
    ]),
  )
  const data = brotliCompressSync(Buffer.concat(tables.map(({ bytes }) => bytes)), {
    params: {
      [constants.BROTLI_PARAM_QUALITY]: 5,
      [constants.BROTLI_PARAM_MODE]: constants.BROTLI_MODE_FONT,
    },
  })
  const head = Buffer.alloc(HEAD_BYTES)
  const body = Buffer.concat([head, ...directory, data])
  const whole = Buffer.concat([body, Buffer.alloc((4 - (body.length % 4)) % 4)])
  const sfntBytes = tables.reduce(
    (sum, { bytes }) => sum + Math.ceil(bytes.length / 4) * 4,
    12 + 16 * tables.length,
  )
  whole.write('wOF2', 0, 'latin1')
  whole.writeUInt32BE(0x00010000, 4)
  whole.writeUInt32BE(whole.length, 8)
  whole.writeUInt16BE(tables.length, 12)
  whole.writeUInt32BE(sfntBytes, 16)
  whole.writeUInt32BE(data.length, 20)
  return whole
}

/** A number in groups of seven bits, of which all but the last one are marked. */
function base128(value: number): Buffer {
  const groups = [value & 127]
  for (let rest = value >>> 7; rest > 0; rest >>>= 7) groups.unshift((rest & 127) | 128)
  return Buffer.from(groups)
}
