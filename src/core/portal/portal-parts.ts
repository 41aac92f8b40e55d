import { Fields, type Input } from '../input/fields.ts'
import { type Outcome, Problems } from '../problems.ts'

/**
 * What an organization can let its customers see and do in the portal (docs/api/portal.md): `amounts` is money beside
 * usage, and `top_ups` is buying credits.
 */
export const PORTAL_PARTS = [
  'usage',
  'amounts',
  'invoices',
  'wallets',
  'top_ups',
  'credit_notes',
  'payment_methods',
  'plan',
  'information',
] as const
export type PortalPart = (typeof PORTAL_PARTS)[number]

/** Reads the body of `PUT /portal_settings`: the parts that are on, in the order of the list above. */
export function readPortalSettings(input: Input): Outcome<{ readonly parts: readonly PortalPart[] }> {
  const problems = new Problems()
  const fields = new Fields(input, problems)
  const named = fields.texts('parts')
  if (named === undefined && !problems.any) fields.refuse('parts', 'value_is_mandatory')
  if (named?.some((part) => !PORTAL_PARTS.some((known) => known === part))) {
    fields.refuse('parts', 'value_is_invalid')
  }
  return problems.outcome({ parts: PORTAL_PARTS.filter((part) => named?.includes(part)) })
}

/** The parts that are on, of those that an organization has stored. */
export function partsOf(stored: readonly string[]): readonly PortalPart[] {
  return PORTAL_PARTS.filter((part) => stored.includes(part))
}
