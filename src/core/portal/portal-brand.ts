import { areEmails } from '../customers/email.ts'
import type { Fields } from '../input/fields.ts'
import { given } from '../input/fields.ts'
import { isColor, nearestAccent } from './accent-color.ts'

/** How round the corners of the portal are. */
export const CORNERS = ['square', 'soft', 'round'] as const
export type Corners = (typeof CORNERS)[number]

/** The look of the portal, beside the name and logo of the billing entity, and where its footer leads. */
export type PortalBrand = {
  /** As `#rrggbb`; null for that of the portal. */
  readonly accentColor: string | null
  readonly corners: Corners
  /** In place of the address of the billing entity. */
  readonly supportEmail: string | null
  readonly supportUrl: string | null
  readonly termsUrl: string | null
  readonly privacyUrl: string | null
  /** Whether the foot of the pages says what they run on. */
  readonly showsPoweredBy: boolean
}

const PLAIN: PortalBrand = {
  accentColor: null,
  corners: 'soft',
  supportEmail: null,
  supportUrl: null,
  termsUrl: null,
  privacyUrl: null,
  showsPoweredBy: true,
}

const URL_LENGTH_MAX = 1024
const WEB = /^https?:\/\/[^\s/?#]+\S*$/i

/** The look that an organization has stored. */
export function brandOf(stored: unknown): PortalBrand {
  return { ...PLAIN, ...(stored as Partial<PortalBrand>) }
}

/**
 * Reads what a request changes of the look; null takes a part of it back. An accent that cannot be read on light
 * surfaces is refused (`contrast_is_too_low`), with the `nearest` shade that can.
 */
export function readPortalBrand(fields: Fields | undefined): {
  readonly change: Partial<PortalBrand>
  readonly nearest?: string
} {
  if (fields === undefined) return { change: {} }
  const { accentColor, nearest } = readAccent(fields)
  const change = given({
    accentColor,
    corners: fields.word('corners', CORNERS) ?? (fields.isNull('corners') ? PLAIN.corners : undefined),
    supportEmail: readEmail(fields),
    supportUrl: readUrl(fields, 'support_url'),
    termsUrl: readUrl(fields, 'terms_url'),
    privacyUrl: readUrl(fields, 'privacy_url'),
    showsPoweredBy:
      fields.boolean('powered_by') ?? (fields.isNull('powered_by') ? PLAIN.showsPoweredBy : undefined),
  })
  return nearest === undefined ? { change } : { change, nearest }
}

function readAccent(fields: Fields): { accentColor: string | null | undefined; nearest?: string } {
  const text = fields.text('accent_color')?.trim().toLowerCase()
  if (text === undefined) return { accentColor: fields.isNull('accent_color') ? null : undefined }
  if (text === '') return { accentColor: null }
  if (!isColor(text)) return { accentColor: fields.refuse('accent_color', 'invalid_format') }
  const nearest = nearestAccent(text)
  if (nearest === text) return { accentColor: text }
  return { accentColor: fields.refuse('accent_color', 'contrast_is_too_low'), nearest }
}

function readEmail(fields: Fields): string | null | undefined {
  const text = fields.text('support_email')?.trim()
  if (text === undefined) return fields.isNull('support_email') ? null : undefined
  if (text === '') return null
  const isOne = areEmails(text) && !text.includes(',')
  return isOne ? text : fields.refuse('support_email', 'invalid_email_format')
}

function readUrl(fields: Fields, key: string): string | null | undefined {
  const text = fields.text(key, URL_LENGTH_MAX)?.trim()
  if (text === undefined) return fields.isNull(key) ? null : undefined
  if (text === '') return null
  return WEB.test(text) ? text : fields.refuse(key, 'url_is_invalid')
}
