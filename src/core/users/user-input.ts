import { areEmails, tidyEmails } from '../customers/email.ts'
import { Fields, type Input } from '../input/fields.ts'
import { readCountry } from '../input/places.ts'
import { type Outcome, Problems } from '../problems.ts'
import { checkPassword, PASSWORD_LENGTH_MAX } from './password-rules.ts'

const NAME_LENGTH_MAX = 255
const EMAIL_LENGTH_MAX = 255

/** A new user, the address in lower case. */
export type NewUser = { readonly email: string; readonly name: string | null; readonly password: string }

export type SignUp = NewUser & { readonly organizationName: string; readonly country: string | null }

/** Reads a sign-up: address, password, name of the organization, and its country if given. */
export function readSignUp(input: Input): Outcome<SignUp> {
  const problems = new Problems()
  const fields = new Fields(input, problems)
  const organizationName = fields.mandatoryText('organization_name', NAME_LENGTH_MAX)?.trim() ?? ''
  const user = readUser(fields, problems, [organizationName])
  return problems.outcome({ ...user, organizationName, country: readCountry(fields) ?? null })
}

/** Reads a user: address, password and, if given, a name. `names` are others that the password must not be made of. */
export function readNewUser(input: Input, names: readonly string[]): Outcome<NewUser> {
  const problems = new Problems()
  const user = readUser(new Fields(input, problems), problems, names)
  return problems.outcome(user)
}

/** Reads an address alone. */
export function readEmailOnly(input: Input): Outcome<string> {
  const problems = new Problems()
  return problems.outcome(readAddress(new Fields(input, problems)) ?? '')
}

/** Reads a password that somebody chooses. */
export function readNewPassword(input: Input, names: readonly string[]): Outcome<string> {
  const problems = new Problems()
  return problems.outcome(readChosenPassword(new Fields(input, problems), problems, names))
}

/** Reads the change of one's own password: the present one and the new one. */
export function readPasswordChange(
  input: Input,
  names: readonly string[],
): Outcome<{ readonly current: string; readonly password: string }> {
  const problems = new Problems()
  const fields = new Fields(input, problems)
  const current = fields.mandatoryText('current_password', PASSWORD_LENGTH_MAX) ?? ''
  return problems.outcome({ current, password: readChosenPassword(fields, problems, names) })
}

/** Reads one's own name; a blank one removes it. */
export function readOwnName(input: Input): Outcome<string | null | undefined> {
  const problems = new Problems()
  return problems.outcome(readName(new Fields(input, problems)))
}

/** Reads an address that must be there, in lower case: `invalid_email_format` for anything that is none. */
export function readAddress(fields: Fields, key = 'email'): string | undefined {
  const text = fields.mandatoryText(key, EMAIL_LENGTH_MAX)
  if (text === undefined) return undefined
  const email = tidyEmails(text).toLowerCase()
  return areEmails(email) && !email.includes(',') ? email : fields.refuse(key, 'invalid_email_format')
}

function readUser(fields: Fields, problems: Problems, names: readonly string[]): NewUser {
  const email = readAddress(fields) ?? ''
  const name = readName(fields) ?? null
  const password = readChosenPassword(fields, problems, [email, name ?? '', ...names])
  return { email, name, password }
}

function readName(fields: Fields): string | null | undefined {
  const name = fields.text('name', NAME_LENGTH_MAX)
  return name === undefined || name === null ? name : name.trim() || null
}

function readChosenPassword(fields: Fields, problems: Problems, names: readonly string[]): string {
  const password = fields.mandatoryText('password', PASSWORD_LENGTH_MAX)
  if (password !== undefined) checkPassword(password, names, problems)
  return password ?? ''
}
