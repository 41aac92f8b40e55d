import { createHmac, timingSafeEqual } from 'node:crypto'
import type { Instant } from '../../core/calendar/instant.ts'
import { addressAt } from '../../core/portal/portal-domain.ts'
import { linkEnd } from '../../core/portal/portal-life.ts'
import { notFound } from '../../core/refusal.ts'
import { findCustomer } from '../../store/customers.ts'
import type { OrganizationRow } from '../../store/organizations.ts'
import type { Caller, Context } from '../context.ts'

const ID_BYTES = 16
const PAYLOAD_BYTES = 2 * ID_BYTES + 5
const SIGNATURE_BYTES = 32
const FULL = 0
const VIEW_ONLY = 1
/** Opens nothing; whoever has it may ask that the customer is mailed a new link. */
const RENEWAL = 2

/** The owner of a link's secret. */
type Owner = Pick<OrganizationRow, 'id' | 'hmacKey'>

/** What a link says about itself; nothing of it is proven before its signature is checked. */
export type PortalLink = {
  readonly organizationId: string
  readonly customerId: string
  readonly expiresAt: number
  readonly isViewOnly: boolean
  /** Given to the customer, and not to a member who looks. */
  readonly isOfCustomer: boolean
  readonly isSignedBy: (owner: Owner) => boolean
}

/**
 * The address that opens the portal of a customer for twelve hours (docs/api/portal.md); 404 `customer_not_found`.
 *
 * @param isViewOnly for members, who see what the customer sees and can change nothing
 */
export async function portalUrlOf(
  context: Context,
  caller: Caller,
  externalId: string,
  { isViewOnly }: { readonly isViewOnly: boolean },
): Promise<string> {
  const customer = await context.database.read(caller, (reads) => findCustomer(reads, externalId))
  if (!customer) throw notFound('customer')
  return portalUrlTo(context, caller, { customerId: customer.id, isViewOnly })
}

/** The customer whom a link opens the portal of, and how. */
type LinkSubject = { readonly customerId: string; readonly isViewOnly: boolean }

/** The same for a customer whose id is known; at the domain of the organization's portal, if it has one. */
export function portalUrlTo(context: Context, caller: Caller, subject: LinkSubject): string {
  // By the system's time, which is also the time at which links are opened.
  const token = signLink(caller.organization, subject, context.systemNow())
  return `${portalAddress(context, caller.organization)}/customer-portal/${token}`
}

/** Where customers of an organization find its portal. It is stored, and never what a request says of itself. */
export function portalAddress(
  { settings }: Pick<Context, 'settings'>,
  { portalDomain }: Pick<OrganizationRow, 'portalDomain'>,
): string {
  return addressAt(settings.frontUrl, portalDomain)
}

/** Signs a link with a key of the organization. */
export function signLink(owner: Owner, { customerId, isViewOnly }: LinkSubject, now: Instant): string {
  return sign(owner, customerId, Math.floor(linkEnd(now) / 1000), isViewOnly ? VIEW_ONLY : FULL)
}

/** What the page keeps of a session, so that its customer can ask for a new link once the session has ended. */
export function signRenewal(owner: Owner, customerId: string): string {
  return sign(owner, customerId, 0, RENEWAL)
}

function sign(owner: Owner, customerId: string, endSeconds: number, kind: number): string {
  const payload = Buffer.alloc(PAYLOAD_BYTES)
  bytesOf(owner.id).copy(payload, 0)
  bytesOf(customerId).copy(payload, ID_BYTES)
  payload.writeUInt32BE(endSeconds, 2 * ID_BYTES)
  payload.writeUInt8(kind, PAYLOAD_BYTES - 1)
  return Buffer.concat([payload, signatureOf(owner, payload)]).toString('base64url')
}

/** A token taken apart; undefined for a text that is none. */
export function readPortalLink(token: string): PortalLink | undefined {
  const bytes = Buffer.from(token, 'base64url')
  // Other spellings of the same bytes are no links of ours.
  if (bytes.length !== PAYLOAD_BYTES + SIGNATURE_BYTES || bytes.toString('base64url') !== token)
    return undefined
  const payload = bytes.subarray(0, PAYLOAD_BYTES)
  const signature = bytes.subarray(PAYLOAD_BYTES)
  const kind = payload.readUInt8(PAYLOAD_BYTES - 1)
  return {
    organizationId: idOf(payload.subarray(0, ID_BYTES)),
    customerId: idOf(payload.subarray(ID_BYTES, 2 * ID_BYTES)),
    expiresAt: payload.readUInt32BE(2 * ID_BYTES) * 1000,
    isViewOnly: kind !== FULL,
    isOfCustomer: kind !== VIEW_ONLY,
    isSignedBy: (owner) => timingSafeEqual(signature, signatureOf(owner, payload)),
  }
}

function signatureOf({ hmacKey }: Owner, payload: Buffer): Buffer {
  // A key of its own, so that no signature of a webhook or of a file's link is ever one of these.
  const key = createHmac('sha256', hmacKey).update('portal-links').digest()
  return createHmac('sha256', key).update(payload).digest()
}

function bytesOf(id: string): Buffer {
  return Buffer.from(id.replace(/-/g, ''), 'hex')
}

function idOf(bytes: Buffer): string {
  const hex = bytes.toString('hex')
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-')
}
