import { MEMBER_PERMISSIONS, permissionsOfRoles } from '../core/members/member-permissions.ts'
import { confirmationEnd, sessionEnd } from '../core/sessions/session-life.ts'
import type { AdminOf, MembershipView } from '../store/members.ts'
import type { OrganizationRow } from '../store/organizations.ts'
import type { SessionOfUser, SessionRow } from '../store/sessions.ts'
import { isoSeconds } from './times.ts'

/** The session of whoever asks: the user, the token for writes, and the organizations with what may be done there. */
export function toWireSession(
  session: SessionOfUser,
  csrfToken: string,
  memberships: readonly MembershipView[],
  admins: readonly AdminOf[],
): object {
  return {
    user: { id: session.userId, email: session.email, name: session.name },
    csrf_token: csrfToken,
    expires_at: isoSeconds(sessionEnd(session)),
    confirmed_until: isoSeconds(confirmationEnd(session.confirmedAt)),
    memberships: memberships.map((membership) => toWireMembership(membership, admins)),
  }
}

function toWireMembership(
  { organization, roles, ownRoles }: MembershipView,
  admins: readonly AdminOf[],
): object {
  const permissions = permissionsOfRoles(roles, ownRoles)
  return {
    organization: toWireOwnOrganization(organization),
    roles,
    permissions: Object.fromEntries(MEMBER_PERMISSIONS.map((each) => [each, permissions.has(each)])),
    admins: admins
      .filter(({ organizationId }) => organizationId === organization.id)
      .map(({ email, name }) => ({ email, name })),
  }
}

/** An organization as the dashboard lists it. */
export function toWireOwnOrganization(organization: OrganizationRow): object {
  return {
    id: organization.id,
    name: organization.name,
    slug: organization.slug,
    is_sandbox: organization.isSandbox,
    default_currency: organization.defaultCurrency,
    timezone: organization.timezone,
    country: organization.country,
    document_locale: organization.documentLocale,
    created_at: isoSeconds(organization.createdAt),
  }
}

/** One of the sessions of a user, as a list shows it. */
export function toWireSessionOfList(session: SessionRow, currentId: string): object {
  return {
    id: session.id,
    ip_address: session.ipAddress,
    user_agent: session.userAgent,
    is_current: session.id === currentId,
    created_at: isoSeconds(session.createdAt),
    last_used_at: isoSeconds(session.lastUsedAt),
    expires_at: isoSeconds(sessionEnd(session)),
  }
}
