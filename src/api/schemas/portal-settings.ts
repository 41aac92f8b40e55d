import { Type } from 'typebox'
import { CORNERS } from '../../core/portal/portal-brand.ts'
import { PORTAL_PARTS } from '../../core/portal/portal-parts.ts'
import { nullableText, nullableUri, words, wordsOrNull } from './common.ts'

const text = Type.String()
export const parts = Type.Array(words(...PORTAL_PARTS))

const Accent = Type.Object({ accent: text, accent_strong: text, on_accent: text, accent_soft: text })
export const accents = Type.Union([Type.Object({ light: Accent, dark: Accent }), Type.Null()], {
  description: 'The colors that follow from the accent in each theme; null for those of the portal.',
})

const PortalAccents = Type.Object({
  portal_accents: Type.Object({
    nearest_accent_color: Type.String({
      description: 'The accent itself, or the nearest shade that can be read on light surfaces.',
    }),
    accents,
  }),
})

const planCodes = Type.Array(text, {
  description: 'The plans between which customers may change, where `plan_changes` is on.',
})
const fileUrl = Type.Union([Type.String({ format: 'uri-reference' }), Type.Null()], {
  description: 'Below the address of the page; what is there never changes.',
})
/** Where the files of a look are. */
export const fileUrls = { font_url: fileUrl, favicon_url: fileUrl, logo_dark_url: fileUrl }
const dataUrl = (description: string) => Type.Union([text, Type.Null()], { description })
const brand = Type.Object({
  accent_color: nullableText,
  corners: words(...CORNERS),
  support_email: nullableText,
  support_url: nullableUri,
  terms_url: nullableUri,
  privacy_url: nullableUri,
  powered_by: Type.Boolean({ description: 'Whether the foot of the pages names Weir.' }),
  ...fileUrls,
})
const brandChange = Type.Partial(
  Type.Object({
    accent_color: Type.Union([text, Type.Null()], {
      description:
        'As `#rrggbb`; null for that of the portal. One that cannot be read on light surfaces is refused with ' +
        '`contrast_is_too_low`, and `nearest_accent_color` beside it is a shade that can.',
    }),
    corners: wordsOrNull(...CORNERS),
    support_email: nullableText,
    support_url: nullableUri,
    terms_url: nullableUri,
    privacy_url: nullableUri,
    powered_by: Type.Union([Type.Boolean(), Type.Null()]),
    font: dataUrl('A data URL of WOFF2, of at most 500 kB.'),
    favicon: dataUrl('A data URL of a square PNG of at most 512 pixels a side and 100 kB.'),
    logo_dark: dataUrl('A data URL of a PNG or JPEG of at most 800 kB; the logo on dark surfaces.'),
  }),
)
const domain = Type.Union([text, Type.Null()], {
  description:
    'The host at which customers find the portal, in place of that of the installation. One that is not proven is ' +
    'refused with `domain_is_not_proven`; `domain_record_name` and `domain_record_value` beside it are the TXT record ' +
    'that proves it.',
})
const embeddingOrigins = Type.Array(text, {
  description:
    'The origins whose pages may show the portal in a frame, such as `https://app.example.com`; nobody may while there ' +
    'is none. Each is `scheme://host` or `scheme://host:port`, without a path or a wildcard; `http` is for `localhost`, ' +
    '`127.0.0.1` and `[::1]` alone. There are twenty at most.',
})
const PortalSettings = Type.Object({
  portal_settings: Type.Object({
    parts,
    plan_codes: planCodes,
    brand,
    domain,
    embedding_origins: embeddingOrigins,
    accents,
  }),
})

const PortalSettingsChange = Type.Object({
  portal_settings: Type.Object({
    parts,
    plan_codes: Type.Optional(planCodes),
    brand: Type.Optional(brandChange),
    domain: Type.Optional(domain),
    embedding_origins: Type.Optional(Type.Union([embeddingOrigins, Type.Null()])),
  }),
})

const tags = ['portal']
const PortalUrl = Type.Object({ customer: Type.Object({ portal_url: Type.String({ format: 'uri' }) }) })
const ofCustomer = Type.Object({ external_customer_id: text })

export const portalSettingsSchemas = {
  url: {
    tags: ['customers'],
    summary: 'Make a link to the portal of a customer',
    description: 'It opens the portal for twelve hours; whoever has it can act for the customer there.',
    params: ofCustomer,
    response: { 200: PortalUrl },
  },
  viewUrl: {
    tags,
    summary: 'Make a link with which a member looks at the portal of a customer',
    params: ofCustomer,
    response: { 200: PortalUrl },
  },
  settings: { tags, summary: 'Retrieve what customers see of the portal', response: { 200: PortalSettings } },
  updateSettings: {
    tags,
    summary: 'Set what customers see of the portal',
    body: PortalSettingsChange,
    response: { 200: PortalSettings },
  },

  accents: {
    tags,
    summary: 'Compute the colors of the portal for an accent, without saving it',
    querystring: Type.Object({ accent_color: Type.String({ description: 'As `#rrggbb`.' }) }),
    response: { 200: PortalAccents },
  },
}
