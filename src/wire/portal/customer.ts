import { Decimal } from '../../core/amounts/decimal.ts'
import { toWireCents } from '../../core/amounts/json-text.ts'
import type { Instant } from '../../core/calendar/instant.ts'
import type { PlanEntitlement } from '../../core/entitlements/resolve.ts'
import { accentsOf } from '../../core/portal/accent-color.ts'
import { brandOf, type PortalBrand } from '../../core/portal/portal-brand.ts'
import { type PortalPart, partsOf } from '../../core/portal/portal-parts.ts'
import type { CustomerRow } from '../../store/customers.ts'
import type { BillingEntityRow, OrganizationRow } from '../../store/organizations.ts'
import type { PaymentMethodRow } from '../../store/payment-methods.ts'
import type { PlanWithParts } from '../../store/plans.ts'
import type { InvoicedRow, OwedRow, PortalVisit } from '../../store/portal.ts'
import type { PortalFileHashes } from '../../store/portal-files.ts'
import type { SubscriptionDetails, SubscriptionView } from '../../store/subscription-views.ts'
import { isoMillis, isoSeconds, isoSecondsOrNull } from '../times.ts'

/** What an organization has set for its portal: its parts, the plans that customers may choose, its look and places. */
export function toWirePortalSettings(
  {
    portalParts,
    portalBrand,
    portalDomain,
    portalEmbeddingOrigins,
  }: Pick<OrganizationRow, 'portalParts' | 'portalBrand' | 'portalDomain' | 'portalEmbeddingOrigins'>,
  { planCodes, files }: { readonly planCodes: readonly string[]; readonly files: PortalFileHashes },
): object {
  const brand = brandOf(portalBrand)
  return {
    parts: partsOf(portalParts),
    plan_codes: planCodes,
    brand: {
      accent_color: brand.accentColor,
      corners: brand.corners,
      support_email: brand.supportEmail,
      support_url: brand.supportUrl,
      terms_url: brand.termsUrl,
      privacy_url: brand.privacyUrl,
      powered_by: brand.showsPoweredBy,
      ...filesOf(files),
    },
    domain: portalDomain,
    embedding_origins: portalEmbeddingOrigins,
    accents: accentsOfBrand(brand),
  }
}

/** Where the pages find the files, at whatever address they are. */
const filesOf = (files: PortalFileHashes): object => ({
  font_url: fileUrlOf(files.font),
  favicon_url: fileUrlOf(files.favicon),
  logo_dark_url: fileUrlOf(files.logo_dark),
})

const fileUrlOf = (hash: string | undefined): string | null =>
  hash === undefined ? null : `/api/weir/v1/portal_files/${hash}`

const accentsOfBrand = ({ accentColor }: PortalBrand): object | null =>
  accentColor === null ? null : accentsOf(accentColor)

/** Who has opened the portal, and what it looks like. */
export function toWirePortalSession(
  { session, organization, customer, billingEntity }: PortalVisit,
  more: {
    readonly csrfToken: string
    readonly renewalToken: string | null
    readonly canPay: boolean
    readonly isMailed: boolean
    readonly now: Instant
    readonly logo: Pick<BillingEntityRow, 'logo' | 'logoContentType'>
    readonly files: PortalFileHashes
  },
): object {
  const { csrfToken, renewalToken, canPay, isMailed, now } = more
  const { logo, logoContentType } = more.logo
  const brand = brandOf(organization.portalBrand)
  return {
    brand: {
      name: billingEntity.legalName || billingEntity.name || organization.name,
      email: brand.supportEmail ?? billingEntity.email ?? organization.email,
      support_url: brand.supportUrl,
      terms_url: brand.termsUrl,
      privacy_url: brand.privacyUrl,
      corners: brand.corners,
      powered_by: brand.showsPoweredBy,
      ...filesOf(more.files),
      accents: accentsOfBrand(brand),
      logo_url:
        logo === null ? null : `data:${logoContentType ?? 'image/png'};base64,${logo.toString('base64')}`,
    },
    customer: {
      name: nameOf(customer),
      locale: customer.documentLocale ?? billingEntity.documentLocale,
      timezone: customer.timezone ?? billingEntity.timezone,
    },
    parts: partsOf(organization.portalParts),
    can_pay: canPay,
    is_mailed: isMailed,
    is_view_only: session.isViewOnly,
    is_sandbox: organization.isSandbox,
    csrf_token: csrfToken,
    renewal_token: renewalToken,
    now: isoSeconds(now),
    expires_at: isoSeconds(session.expiresAt),
  }
}

function nameOf({ legalName, name, firstname, lastname, email }: CustomerRow): string {
  const person = [firstname, lastname].filter(Boolean).join(' ')
  return name || legalName || person || email || ''
}

/** What a customer can see and change of itself. */
export function toWireOwnCustomer(customer: CustomerRow, locale: string): object {
  const shipping = (customer.shippingAddress ?? {}) as Record<string, string | null>
  return {
    name: customer.name,
    firstname: customer.firstname,
    lastname: customer.lastname,
    legal_name: customer.legalName,
    tax_identification_number: customer.taxIdentificationNumber,
    email: customer.email,
    customer_type: customer.customerType,
    document_locale: customer.documentLocale ?? locale,
    ...addressOf(customer),
    shipping_address: addressOf({
      addressLine1: shipping.address_line1 ?? null,
      addressLine2: shipping.address_line2 ?? null,
      city: shipping.city ?? null,
      state: shipping.state ?? null,
      zipcode: shipping.zipcode ?? null,
      country: shipping.country ?? null,
    }),
  }
}

type Address = Pick<CustomerRow, 'addressLine1' | 'addressLine2' | 'city' | 'state' | 'zipcode' | 'country'>

function addressOf(address: Address): object {
  return {
    address_line1: address.addressLine1,
    address_line2: address.addressLine2,
    city: address.city,
    state: address.state,
    zipcode: address.zipcode,
    country: address.country,
  }
}

/** What is left to pay in one currency. */
export function toWireOwed(row: OwedRow): object {
  return {
    currency: row.currency,
    due_cents: toWireCents(row.dueCents),
    due_count: Number(row.dueCount),
    overdue_cents: toWireCents(row.overdueCents),
    overdue_count: Number(row.overdueCount),
  }
}

/** What a customer was invoiced in one currency. */
export function toWireInvoiced({ currency, totalCents, count }: InvoicedRow): object {
  return { currency, total_cents: toWireCents(totalCents), count: Number(count) }
}

/** A subscription in the portal; without its price where the plan is not shown. */
export function toWireOwnSubscription(view: SubscriptionView, parts: readonly PortalPart[]): object {
  const { row, plan, currentPeriod } = view
  return {
    id: row.id,
    name: row.name || plan.invoiceDisplayName || plan.name,
    plan_name: plan.invoiceDisplayName || plan.name,
    status: row.status,
    started_at: isoSecondsOrNull(row.startedAt),
    ending_at: isoSecondsOrNull(row.endingAt),
    period_from: isoSecondsOrNull(currentPeriod?.from ?? null),
    period_to: isoSecondsOrNull(currentPeriod?.to ?? null),
    usage_currency: plan.amountCurrency,
    ...(parts.includes('plan')
      ? {
          interval: plan.interval,
          amount_cents: toWireCents(plan.amountCents),
          currency: plan.amountCurrency,
          is_paid_in_advance: plan.payInAdvance,
        }
      : {}),
  }
}

/** The same with the prices of its plan, in the words of the catalogue, and what the plan entitles to. */
export function toWireOwnPlan(
  details: SubscriptionDetails,
  parts: readonly PortalPart[],
  prices: OwnPriceParts,
): object {
  const { wholePlan } = details
  return {
    ...toWireOwnSubscription(details, parts),
    description: wholePlan.description,
    ...toWireOwnPrices(wholePlan, prices),
    entitlements: toWireOwnEntitlements(details.entitlements),
  }
}

/** What else prices a plan: the names of its add-ons by id, and units that a subscription has of its own. */
export type OwnPriceParts = {
  readonly addOnNames: ReadonlyMap<string, string>
  readonly ownUnits?: ReadonlyMap<string, string>
}

/** What a plan costs besides its own price. */
export function toWireOwnPrices(plan: PlanWithParts, { addOnNames, ownUnits }: OwnPriceParts): object {
  return {
    charges: plan.charges.map((charge) => ({
      name: charge.invoiceDisplayName || charge.metric.name,
      model: charge.chargeModel,
      prices: pricesOf(charge.properties),
    })),
    fixed_charges: plan.fixedCharges.map((charge) => ({
      name: charge.invoiceDisplayName || (addOnNames.get(charge.addOnId) ?? ''),
      model: charge.chargeModel,
      units: Decimal.of(ownUnits?.get(charge.id) ?? charge.units).toWire(),
      prices: pricesOf(charge.properties),
    })),
    minimum_amount_cents:
      plan.minimumCommitment === null ? null : toWireCents(plan.minimumCommitment.amountCents),
  }
}

type ShownEntitlement = Pick<PlanEntitlement, 'feature'> & {
  readonly privileges: readonly Pick<PlanEntitlement['privileges'][number], 'privilege' | 'value'>[]
}

/** What a plan or a subscription entitles to, by the names of the catalogue. */
export function toWireOwnEntitlements(entitlements: readonly ShownEntitlement[]): readonly object[] {
  return entitlements.map(({ feature, privileges }) => ({
    name: feature.name || feature.code,
    values: privileges.map(({ privilege, value }) => ({
      name: privilege.name || privilege.code,
      value: value === null ? null : String(value),
    })),
  }))
}

/** The prices among the properties of a charge; what else is there is for staff. */
const PRICES = [
  'amount',
  'rate',
  'fixed_amount',
  'free_units',
  'package_size',
  'graduated_ranges',
  'volume_ranges',
  'graduated_percentage_ranges',
] as const

function pricesOf(properties: unknown): object {
  const all = (properties ?? {}) as Record<string, unknown>
  return Object.fromEntries(PRICES.filter((key) => all[key] !== undefined).map((key) => [key, all[key]]))
}

/** A payment method, without the ids of its provider. */
export function toWireOwnMethod(method: PaymentMethodRow): object {
  const details = (method.details ?? {}) as Record<string, string | null>
  return {
    id: method.id,
    is_default: method.isDefault,
    method_kind: method.providerMethodType,
    brand: details.brand ?? null,
    last4: details.last4 ?? null,
    expiration_month: details.expirationMonth ?? null,
    expiration_year: details.expirationYear ?? null,
    created_at: isoMillis(method.createdAt),
  }
}
