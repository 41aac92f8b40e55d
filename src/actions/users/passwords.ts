import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto'
import { Unavailable } from '../../store/unavailable.ts'

/** 32 MB and three rounds: what OWASP asks of scrypt. */
const COST = { N: 2 ** 15, r: 8, p: 3 } as const
/** Hashes of before the cost was stored with them. */
const COST_BEFORE = { N: 2 ** 14, r: 8, p: 1 } as const
const HASH_BYTES = 64
const MEMORY_MAX = 64 * 1024 * 1024
/** Each hash keeps a thread of the pool busy that also reads files. */
const AT_ONCE_MAX = 2
const WAITING_MAX = 100

type Cost = { readonly N: number; readonly r: number; readonly p: number }

let running = 0
const waiting: (() => void)[] = []

/** Hashes a password as `scrypt:<N>:<r>:<p>:<salt>:<hash>`, salt and hash in hex. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(16)
  const hash = await derive(password, salt, COST)
  return `scrypt:${COST.N}:${COST.r}:${COST.p}:${salt.toString('hex')}:${hash.toString('hex')}`
}

/**
 * Whether a password is the one of a stored hash. Without a hash it takes as long as with one, so that nobody can tell
 * by the time whether an address is known.
 */
export async function isPasswordOf(password: string, stored: string | null): Promise<boolean> {
  const { cost, salt, hash } = readHash(stored ?? UNKNOWN)
  const given = await derive(password, salt, cost)
  return timingSafeEqual(given, hash) && stored !== null
}

/** Whether a hash was made with another cost than new ones are. */
export function isOutdated(stored: string): boolean {
  const { cost } = readHash(stored)
  return cost.N !== COST.N || cost.r !== COST.r || cost.p !== COST.p
}

/** Stands in for the hash of an address that nobody has. */
const UNKNOWN = `scrypt:${COST.N}:${COST.r}:${COST.p}:${'00'.repeat(16)}:${'00'.repeat(HASH_BYTES)}`

function readHash(stored: string): { readonly cost: Cost; readonly salt: Buffer; readonly hash: Buffer } {
  const parts = stored.split(':')
  const [salt = '', hash = ''] = parts.slice(-2)
  const [N, r, p] = parts.slice(1, -2).map(Number)
  const cost = N && r && p ? { N, r, p } : COST_BEFORE
  return { cost, salt: Buffer.from(salt, 'hex'), hash: Buffer.from(hash, 'hex') }
}

/** Throws `Unavailable` when too many passwords are being hashed. */
async function derive(password: string, salt: Buffer, cost: Cost): Promise<Buffer> {
  if (waiting.length >= WAITING_MAX) throw new Unavailable('too many passwords are being checked')
  if (running >= AT_ONCE_MAX) await new Promise<void>((resolve) => waiting.push(resolve))
  else running += 1
  try {
    return await new Promise<Buffer>((resolve, reject) => {
      // The same characters, however a keyboard composes them.
      scrypt(password.normalize('NFKC'), salt, HASH_BYTES, { ...cost, maxmem: MEMORY_MAX }, (error, key) => {
        if (error) reject(error)
        else resolve(key)
      })
    })
  } finally {
    const next = waiting.shift()
    if (next) next()
    else running -= 1
  }
}
