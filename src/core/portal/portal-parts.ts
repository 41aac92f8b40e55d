import { Fields, type Input } from '../input/fields.ts'
import { type Outcome, Problems, refused } from '../problems.ts'
import { readEmbeddingOrigins } from './embedding-origins.ts'
import { type PortalBrand, readPortalBrand } from './portal-brand.ts'
import { readPortalDomain } from './portal-domain.ts'
import { readPortalFiles, type SentFiles } from './portal-files.ts'

/**
 * What an organization can let its customers see and do in the portal (docs/api/portal.md): `amounts` is money beside
 * usage, `top_ups` is buying credits, `plan_changes` is changing between the plans that it offers, and `alerts` is to be
 * told of amounts.
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
  'plan_changes',
  'alerts',
  'information',
] as const
export type PortalPart = (typeof PORTAL_PARTS)[number]

/** What `PUT /portal_settings` sets; plans, and parts of the look, that are not sent stay as they are. */
export type PortalSettings = {
  readonly parts: readonly PortalPart[]
  readonly planCodes: readonly string[] | undefined
  /** What changes of the look; what is not sent stays as it is. */
  readonly brand: Partial<PortalBrand>
  readonly files: SentFiles
  /** Null takes it back. */
  readonly domain: string | null | undefined
  /** The origins whose pages may embed the portal. */
  readonly embeddingOrigins: readonly string[] | undefined
}

/** Reads the body of `PUT /portal_settings`: the parts that are on, in the order of the list above. */
export function readPortalSettings(input: Input): Outcome<PortalSettings> {
  const problems = new Problems()
  const fields = new Fields(input, problems)
  const named = fields.texts('parts')
  if (named === undefined && !problems.any) fields.refuse('parts', 'value_is_mandatory')
  if (named?.some((part) => !PORTAL_PARTS.some((known) => known === part))) {
    fields.refuse('parts', 'value_is_invalid')
  }
  const planCodes = fields.ids('plan_codes')
  const parts = PORTAL_PARTS.filter((part) => named?.includes(part))
  const look = fields.object('brand')
  const brand = readPortalBrand(look)
  const files = look === undefined ? {} : readPortalFiles(look)
  const domain = readPortalDomain(fields)
  const embeddingOrigins = readEmbeddingOrigins(fields)
  if (brand.nearest !== undefined) {
    const details = { ...problems.details(), nearest_accent_color: brand.nearest }
    return refused({ kind: 'invalid', details })
  }
  return problems.outcome({ parts, planCodes, brand: brand.change, files, domain, embeddingOrigins })
}

/** The parts that are on, of those that an organization has stored. */
export function partsOf(stored: readonly string[]): readonly PortalPart[] {
  return PORTAL_PARTS.filter((part) => stored.includes(part))
}
