import { Fields, type Input } from '../input/fields.ts'
import { type Outcome, Problems } from '../problems.ts'

const EMAIL_LENGTH_MAX = 255
/** Hashing a password takes longer the longer it is. */
const PASSWORD_LENGTH_MAX = 1000

/** Reads an address and a password; 422 when one is missing or too long. The address is tidied, not judged. */
export function readSignIn(input: Input): Outcome<{ readonly email: string; readonly password: string }> {
  const problems = new Problems()
  const fields = new Fields(input, problems)
  const email = fields.mandatoryText('email', EMAIL_LENGTH_MAX)?.trim().toLowerCase()
  const password = fields.mandatoryText('password', PASSWORD_LENGTH_MAX)
  return problems.outcome({ email: email ?? '', password: password ?? '' })
}

/** Reads a password alone. */
export function readPassword(input: Input): Outcome<string> {
  const problems = new Problems()
  const password = new Fields(input, problems).mandatoryText('password', PASSWORD_LENGTH_MAX)
  return problems.outcome(password ?? '')
}
