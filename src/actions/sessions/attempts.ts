import { createHash } from 'node:crypto'
import type { Instant } from '../../core/calendar/instant.ts'
import { Refusal } from '../../core/refusal.ts'
import { forgetFailures, takeAttempt, takeBackFailure } from '../../store/sign-in-failures.ts'
import type { Context } from '../context.ts'

/** An attempt to give a password. It counts as a failure until it has succeeded, so that many at once do not pass. */
export type Attempt = { readonly succeeded: () => Promise<void> }

/**
 * Begins an attempt for the address of a user by a sender. Throws the 429 `locked` after too many failures of either;
 * an address that nobody has is treated like any other.
 */
export async function beginAttempt(context: Context, email: string, ipAddress: string): Promise<Attempt> {
  const now = context.systemNow()
  const subjects = { address: subjectOf('address', email), sender: subjectOf('sender', networkOf(ipAddress)) }
  const until = await takeAttempt(context.database, subjects, now)
  if (until !== null) throw locked(until, now)
  return {
    succeeded: async () => {
      await forgetFailures(context.database, subjects.address)
      await takeBackFailure(context.database, subjects.sender)
    },
  }
}

function locked(until: Instant, now: Instant): Refusal {
  return new Refusal({ kind: 'locked', retryAfterSeconds: Math.ceil((until - now) / 1000) })
}

function subjectOf(kind: string, text: string): Buffer {
  return createHash('sha256').update(`${kind} ${text}`).digest()
}

/** The first half of an IPv6 address, which is one network: whoever has it has all of its addresses. */
function networkOf(ipAddress: string): string {
  if (!ipAddress.includes(':') || ipAddress.includes('.')) return ipAddress
  const [head = '', tail] = ipAddress.split('::')
  const groups = head === '' ? [] : head.split(':')
  const rest = tail === undefined || tail === '' ? [] : tail.split(':')
  const zeros = tail === undefined ? 0 : 8 - groups.length - rest.length
  return [...groups, ...Array<string>(Math.max(0, zeros)).fill('0'), ...rest].slice(0, 4).join(':')
}
