import { areEmails, tidyEmails } from '../customers/email.ts'
import type { Input } from '../input/fields.ts'
import { type Outcome, Problems } from '../problems.ts'

/** More recipients than this are no letter any more. */
const RECIPIENTS_MAX = 50

/** Who gets a mail. */
export type Recipients = {
  readonly to: readonly string[]
  readonly cc: readonly string[]
  readonly bcc: readonly string[]
}

/** The addresses of a stored text, which may name several. */
export function addressesOf(text: string | null): string[] {
  return (text ?? '')
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
}

/**
 * Reads to whom a mail is sent again; without `to` it goes to the customer. 422 with every problem: a billing entity
 * without an address, nobody to write to, addresses that are none, and more than 50 of them.
 */
export function readRecipients(
  input: Input,
  known: { readonly customerEmail: string | null; readonly entityEmail: string | null },
): Outcome<Recipients> {
  const problems = new Problems()
  if (!known.entityEmail) problems.add('billing_entity', 'must have email configured')
  const list = (field: 'to' | 'cc' | 'bcc'): readonly string[] => {
    const addresses = textsOf(input[field])
    const wrong = addresses.filter((address) => !areEmails(address) || address.includes(','))
    if (wrong.length > 0) problems.add(field, `invalid email format: ${wrong.join(', ')}`)
    return addresses
  }
  const asked = list('to')
  const to = asked.length > 0 ? asked : addressesOf(known.customerEmail)
  const recipients = { to, cc: list('cc'), bcc: list('bcc') }
  if (to.length === 0) problems.add('to', 'must have at least one recipient')
  const count = recipients.to.length + recipients.cc.length + recipients.bcc.length
  if (count > RECIPIENTS_MAX) problems.add('to', 'invalid_count')
  return problems.outcome(recipients)
}

/** A list, or a single text. Anything else that stands in a list is an address that is none. */
function textsOf(value: unknown): string[] {
  const list = Array.isArray(value) ? value : [value]
  return list
    .filter((each) => each !== null && each !== undefined)
    .map((each) => (typeof each === 'string' ? tidyEmails(each) : JSON.stringify(each)))
    .filter((text) => text !== '')
}
