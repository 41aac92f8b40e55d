import { addMs, type Instant } from '../calendar/instant.ts'
import { Fields, type Input } from '../input/fields.ts'
import { type Outcome, outcome, Problems, refusedFields } from '../problems.ts'

/** Where an account is: at GoCardless itself, or in its sandbox. */
export const GOCARDLESS_ENVIRONMENTS = ['live', 'sandbox'] as const
export type GoCardlessEnvironment = (typeof GOCARDLESS_ENVIRONMENTS)[number]

/** How long somebody may take to agree. */
const GOOD_FOR_MS = 10 * 60_000
/** How long a request is kept after that, so that a late answer is told apart from a wrong one. */
const KEPT_FOR_MS = 24 * 60 * 60_000

const CODE_LENGTH_MAX = 255
const PROOF_LENGTH_MAX = 1000

/** What an account holder brings back from GoCardless, and what the new connection is to be called. */
export type AccessGiven = {
  readonly state: string
  readonly accessCode: string
  readonly code: string
  readonly name: string
}

/** Reads what is to be exchanged for an access token: 422 with every fault at once. */
export function readAccessGiven(input: Input): Outcome<AccessGiven> {
  const problems = new Problems()
  const fields = new Fields(input, problems)
  const state = fields.mandatoryText('state', PROOF_LENGTH_MAX)
  const accessCode = fields.mandatoryText('access_code', PROOF_LENGTH_MAX)
  const code = fields.mandatoryId('code', CODE_LENGTH_MAX)
  const name = fields.mandatoryText('name', CODE_LENGTH_MAX)
  if (state === undefined || accessCode === undefined || code === undefined || name === undefined) {
    return refusedFields(problems.details())
  }
  return outcome({ state, accessCode, code, name })
}

/**
 * The environment of an account that is asked for: the sandbox in a sandbox, whose requests for others are refused
 * (`environment: live_credentials_in_sandbox`), and GoCardless itself elsewhere unless another is named.
 */
export function environmentMeant(
  named: GoCardlessEnvironment | undefined,
  isSandbox: boolean,
): Outcome<GoCardlessEnvironment> {
  if (named === 'live' && isSandbox) return refusedFields({ environment: ['live_credentials_in_sandbox'] })
  return outcome(named ?? (isSandbox ? 'sandbox' : 'live'))
}

/** What a request for access is good for at an instant: one exchange within ten minutes. */
export function standingOf(
  { createdAt, usedAt }: { readonly createdAt: Instant; readonly usedAt: Instant | null },
  now: Instant,
): 'good' | 'used' | 'expired' {
  if (usedAt !== null) return 'used'
  return now < addMs(createdAt, GOOD_FOR_MS) ? 'good' : 'expired'
}

/** Requests from before this instant need not be told apart from those that never were. */
export function forgottenBefore(now: Instant): Instant {
  return addMs(now, -GOOD_FOR_MS - KEPT_FOR_MS)
}
