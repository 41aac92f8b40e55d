const SLOTS = 1024
const LENGTH_MAX = 40

/** Keys that were read before, each in the slot of its hash: nearly all keys of a batch of events are the same few. */
const known: string[] = new Array<string>(SLOTS).fill('')

/** The ASCII text between two places of a body, which is a key without escapes. */
export function keyText(bytes: Buffer, begin: number, end: number): string {
  const length = end - begin
  if (length > LENGTH_MAX) return bytes.toString('latin1', begin, end)
  let hash = length
  for (let at = begin; at < end; at += 1) hash = (Math.imul(hash, 31) + (bytes[at] as number)) | 0
  const slot = (hash ^ (hash >>> 10)) & (SLOTS - 1)
  const candidate = known[slot] as string
  if (candidate.length === length && isAt(bytes, begin, candidate)) return candidate
  const text = bytes.toString('latin1', begin, end)
  known[slot] = text
  return text
}

function isAt(bytes: Buffer, begin: number, text: string): boolean {
  for (let i = 0; i < text.length; i += 1) if (bytes[begin + i] !== text.charCodeAt(i)) return false
  return true
}
