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

const planCodes = Type.Array(text, {
  description: 'The plans between which customers may change, where `plan_changes` is on.',
})
const brand = Type.Object({
  accent_color: nullableText,
  corners: words(...CORNERS),
  support_email: nullableText,
  support_url: nullableUri,
  terms_url: nullableUri,
  privacy_url: nullableUri,
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
  }),
)
export const PortalSettings = Type.Object({
  portal_settings: Type.Object({ parts, plan_codes: planCodes, brand, accents }),
})

export const PortalSettingsChange = Type.Object({
  portal_settings: Type.Object({
    parts,
    plan_codes: Type.Optional(planCodes),
    brand: Type.Optional(brandChange),
  }),
})
